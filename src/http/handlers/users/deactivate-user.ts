import type { Accounts } from "../../../core/accounts/accounts.ts";
import { jsonReply } from "../../answers/reply.ts";
import { userEntity } from "../../answers/user-entity.ts";
import type { Handler } from "../../call.ts";

/** POST …/users/{username}/deactivate (docs/PROTOCOL.md § Users): revokes the user's tokens and issues no new ones. */
export function deactivateUser({ accounts }: { accounts: Accounts }): Handler {
  return async ({ resolved, target }, authentication) => {
    const user = await accounts.setActivated(resolved, authentication, target, false);
    return jsonReply({ action: "Deactivate user", entities: [userEntity(user)] }, true);
  };
}
