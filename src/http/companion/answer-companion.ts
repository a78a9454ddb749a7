import { envelopedReply } from "../answers/enveloped-reply.ts";
import type { Handler } from "../call.ts";
import { urlOf } from "../requests/request.ts";

/** @param content what the answer says beside the envelope, always the same */
export function answerCompanion(content: Readonly<Record<string, unknown>>): Handler {
  return (call) => {
    const { method } = call.request;
    const action = method === "POST" ? "post" : method === "DELETE" ? "delete" : "get";
    return envelopedReply(action, pathBelowApp(call.request), call, content);
  };
}

/** Both prefixes of an app are two segments long. */
function pathBelowApp(request: Request): string {
  return `/${urlOf(request).pathname.split("/").slice(3).join("/")}`;
}
