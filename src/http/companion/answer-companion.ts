import { envelopedReply } from "../answers/enveloped-reply.ts";
import type { Handler } from "../call.ts";
import { urlOf } from "../requests/request.ts";

/** @param content the answer's constant members beside the envelope */
export function answerCompanion(content: Readonly<Record<string, unknown>>): Handler {
  return (call) => {
    const { method } = call.request;
    const action = method === "POST" ? "post" : method === "DELETE" ? "delete" : "get";
    return envelopedReply(action, pathBelowApp(call.request), call, content);
  };
}

/** Both prefixes of an app have two segments. */
function pathBelowApp(request: Request): string {
  return `/${urlOf(request).pathname.split("/").slice(3).join("/")}`;
}
