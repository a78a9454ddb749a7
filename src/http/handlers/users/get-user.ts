import type { Accounts } from "../../../core/accounts/accounts.ts";
import { entitiesReply } from "../../answers/user-entity.ts";
import type { Handler } from "../../call.ts";

/** GET …/users/{username} (docs/PROTOCOL.md § Users). */
export function getUser({ accounts }: { accounts: Accounts }): Handler {
  return async (call, { caller }) => {
    const user = await accounts.get(call.resolved, caller, call.target);
    return entitiesReply("get", call, [user], { count: 1 });
  };
}
