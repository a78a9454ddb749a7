import { appKeyParts, type User } from "../core/model.ts";
import type { Call } from "./call.ts";
import { jsonReply, type Reply } from "./reply.ts";
import { urlOf } from "./request.ts";

/** A user as answers show him (protocol.md § 3.1). */
export function userEntity({
  id,
  created,
  modified,
  name,
  activated,
  nickname,
}: User): Readonly<Record<string, unknown>> {
  const entity = { uuid: id, type: "user", created, modified, username: name, activated };
  return nickname === null ? entity : { ...entity, nickname };
}

/** The envelope of the user calls. */
export function entitiesReply(
  action: "post" | "get" | "delete",
  { request, served }: Pick<Call, "request" | "served">,
  users: readonly User[],
  more: Readonly<Record<string, unknown>> = {},
): Reply {
  const { origin, pathname } = urlOf(request);
  const { org, name } = appKeyParts(served.app.key);
  const fields = {
    action,
    application: served.app.id,
    path: "/users",
    uri: `${origin}${pathname}`,
    entities: users.map(userEntity),
    organization: org,
    applicationName: name,
    ...more,
  };
  return jsonReply(fields, true);
}
