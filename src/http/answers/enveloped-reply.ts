import { appKeyParts } from "../../core/model.ts";
import type { Call } from "../call.ts";
import { urlOf } from "../requests/request.ts";
import { jsonReply, type Reply } from "./reply.ts";

/**
 * The envelope of the user calls and the companion calls (docs/PROTOCOL.md § Users).
 * @param path below the app, without the app's prefix
 * @param content the answer's own members
 * @param more members after the envelope's; undefined ones are omitted
 */
export function envelopedReply(
  action: "post" | "get" | "delete",
  path: string,
  { request, resolved }: Pick<Call, "request" | "resolved">,
  content: Readonly<Record<string, unknown>>,
  more: Readonly<Record<string, unknown>> = {},
): Reply {
  const { origin, pathname } = urlOf(request);
  const { org, name } = appKeyParts(resolved.app.key);
  const fields = {
    action,
    application: resolved.app.id,
    path,
    uri: `${origin}${pathname}`,
    ...content,
    organization: org,
    applicationName: name,
    ...more,
  };
  return jsonReply(fields, true);
}
