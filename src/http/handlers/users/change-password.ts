import type { Accounts } from "../../../core/accounts/accounts.ts";
import { jsonReply } from "../../answers/reply.ts";
import { readJson } from "../../bodies/json/read-json.ts";
import { SMALL_BODY_BYTES_MAX } from "../../bodies/request-body.ts";
import { PasswordBody } from "../../bodies/shapes/password-body.ts";
import { type BodyHandler, readFirst } from "../../call.ts";

/** PUT …/users/{username}/password (docs/PROTOCOL.md § Users). */
export function changePassword({ accounts }: { accounts: Accounts }): BodyHandler {
  return readFirst(
    (call) => readJson(call, PasswordBody, SMALL_BODY_BYTES_MAX),
    async (call, authentication, { newpassword, oldpassword, oldPassword }) => {
      const passwords = { new: newpassword, old: oldpassword ?? oldPassword };
      await accounts.changePassword(call.resolved, authentication, call.asker(), call.target, passwords);
      return jsonReply({ action: "set user password" }, true);
    },
  );
}
