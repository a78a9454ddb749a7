import type { Accounts } from "../../core/accounts/accounts.ts";
import type { Handler } from "../call.ts";
import { entitiesReply } from "../user-entity.ts";

/** GET …/users/{username} (protocol.md § 3.2). */
export function getUser({ accounts }: { accounts: Accounts }): Handler {
  return async (call, { caller }) => {
    const user = await accounts.get(call.served, caller, call.target);
    return entitiesReply("get", call, [user], { count: 1 });
  };
}
