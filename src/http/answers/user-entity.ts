import type { User } from "../../core/model.ts";
import type { Call } from "../call.ts";
import { envelopedReply } from "./enveloped-reply.ts";
import type { Reply } from "./reply.ts";

/** A user as JSON (docs/PROTOCOL.md § Users). */
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

/** The reply of the user calls. */
export function entitiesReply(
  action: "post" | "get" | "delete",
  call: Pick<Call, "request" | "resolved">,
  users: readonly User[],
  more: Readonly<Record<string, unknown>> = {},
): Reply {
  return envelopedReply(action, "/users", call, { entities: users.map(userEntity) }, more);
}
