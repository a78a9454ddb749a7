import type { Accounts } from "../../../core/accounts/accounts.ts";
import { entitiesReply } from "../../answers/user-entity.ts";
import { encodeCursor, pageOf } from "../../answers/user-page.ts";
import type { Handler } from "../../call.ts";

/** GET …/users?limit&cursor (docs/PROTOCOL.md § Users): in order of creation. */
export function listUsers({ accounts }: { accounts: Accounts }): Handler {
  return async (call, { caller }) => {
    const { after, limit } = pageOf(call.request);
    const { users, next } = await accounts.list(call.resolved, caller, after, limit);
    return entitiesReply("get", call, users, { cursor: encodeCursor(next), count: users.length });
  };
}
