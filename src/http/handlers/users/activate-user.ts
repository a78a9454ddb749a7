import type { Accounts } from "../../../core/accounts/accounts.ts";
import { jsonReply } from "../../answers/reply.ts";
import type { Handler } from "../../call.ts";

/** POST …/users/{username}/activate (docs/PROTOCOL.md § Users). Tokens revoked by the deactivation stay revoked. */
export function activateUser({ accounts }: { accounts: Accounts }): Handler {
  return async ({ resolved, target }, authentication) => {
    await accounts.setActivated(resolved, authentication, target, true);
    return jsonReply({ action: "activate user" }, true);
  };
}
