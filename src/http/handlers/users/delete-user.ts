import type { Accounts } from "../../../core/accounts/accounts.ts";
import { entitiesReply } from "../../answers/user-entity.ts";
import type { Handler } from "../../call.ts";

/** DELETE …/users/{username} (docs/PROTOCOL.md § Users): deletes the user with attributes and tokens. */
export function deleteUser({ accounts }: { accounts: Accounts }): Handler {
  return async (call, authentication) => {
    return entitiesReply("delete", call, [await accounts.remove(call.resolved, authentication, call.target)]);
  };
}
