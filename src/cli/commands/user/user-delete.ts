import { requireUserName } from "../../../core/accounts/registrants.ts";
import { APP_ARGUMENT, type Command, USER_ARGUMENT } from "../../command.ts";
import { openUserDoor } from "../../store/open-user-door.ts";
import { URL_FLAG } from "../../store/server-users.ts";
import { confirm, YES_FLAG } from "../../terminal/confirm.ts";

export const userDelete: Command = {
  name: "user delete",
  summary: "Remove a user with the attributes and end the user's tokens.",
  args: [APP_ARGUMENT, USER_ARGUMENT],
  flags: [YES_FLAG, URL_FLAG],
  async run(call) {
    const username = requireUserName(call.args[1] ?? "");
    await using door = await openUserDoor(call);
    await confirm(call, `Delete the user ${username} of ${door.app} with all attributes?`);
    await door.remove(username);
    return { json: { app: door.app, username, deleted: true }, text: `deleted ${username} of ${door.app}\n` };
  },
};
