import type { Handler } from "../call.ts";
import { envelopedReply } from "../enveloped-reply.ts";
import { urlOf } from "../request.ts";

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
