import type { Accounts } from "../../../core/accounts/accounts.ts";
import { entitiesReply } from "../../answers/user-entity.ts";
import { encodeCursor, pageOf } from "../../answers/user-page.ts";
import type { Handler } from "../../call.ts";

/** DELETE …/users?limit&cursor (docs/PROTOCOL.md § Users): the oldest users, or those after the cursor. */
export function deleteUsers({ accounts }: { accounts: Accounts }): Handler {
  return async (call, authentication) => {
    const { after, limit } = pageOf(call.request);
    const { users, next } = await accounts.removeMany(call.resolved, authentication, after, limit);
    return entitiesReply("delete", call, users, { cursor: encodeCursor(next), count: users.length });
  };
}
