import { requireUserName } from "../../../core/accounts/registrants.ts";
import { APP_ARGUMENT, type Command, USER_ARGUMENT } from "../../command.ts";
import { openUserAdmin } from "../../store/open-user-admin.ts";
import { URL_FLAG } from "../../store/remote-user-admin.ts";
import { confirm, YES_FLAG } from "../../terminal/confirm.ts";

export const userDelete: Command = {
  name: "user delete",
  summary: "Delete a user with their attributes and revoke their tokens.",
  args: [APP_ARGUMENT, USER_ARGUMENT],
  flags: [YES_FLAG, URL_FLAG],
  async run(call) {
    const username = requireUserName(call.args[1] ?? "");
    await using users = await openUserAdmin(call);
    await confirm(call, `Delete the user ${username} of ${users.app} with all attributes?`);
    await users.remove(username);
    return { json: { app: users.app, username, deleted: true }, text: `deleted ${username} of ${users.app}\n` };
  },
};
