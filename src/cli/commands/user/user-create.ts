import { requireUserName } from "../../../core/accounts/registrants.ts";
import { isLongerThan, NICKNAME_CHARACTERS_MAX, PASSWORD_CHARACTERS_MAX } from "../../../core/limits.ts";
import { Refusal } from "../../../core/refusals.ts";
import { APP_ARGUMENT, type Call, type Command, flagText, USER_ARGUMENT } from "../../command.ts";
import { openUserAdmin } from "../../store/open-user-admin.ts";
import { URL_FLAG } from "../../store/remote-user-admin.ts";
import { usageError } from "../../terminal/failure.ts";
import { readLine } from "../../terminal/read-input.ts";
import { record } from "../../terminal/table.ts";

const PASSWORD_FLAG = "password-stdin";
const NICKNAME_FLAG = "nickname";

export const userCreate: Command = {
  name: "user create",
  summary: "Create a user. Without a password they cannot log in; an admin has to obtain their tokens.",
  args: [APP_ARGUMENT, USER_ARGUMENT],
  flags: [
    { name: PASSWORD_FLAG, help: "read the password from the first line of stdin" },
    { name: NICKNAME_FLAG, placeholder: "text", help: "the name shown in push notifications" },
    URL_FLAG,
  ],
  async run(call) {
    const username = requireUserName(call.args[1] ?? "");
    const nickname = flagText(call, NICKNAME_FLAG);
    if (nickname !== undefined && isLongerThan(nickname, NICKNAME_CHARACTERS_MAX)) {
      throw new Refusal({ code: "nickname_too_long" });
    }
    const password = call.flags.has(PASSWORD_FLAG) ? await readPassword(call) : undefined;
    await using users = await openUserAdmin(call);
    const { id, created } = await users.create({ username, password, nickname });
    const answer = { app: users.app, username, id, created: new Date(created).toISOString() };
    return { json: answer, text: record(answer) };
  },
};

async function readPassword({ io }: Call): Promise<string> {
  const password = await readLine(io.stdin);
  if (password === "") throw usageError(`--${PASSWORD_FLAG}: stdin holds no password`);
  if (isLongerThan(password, PASSWORD_CHARACTERS_MAX)) throw new Refusal({ code: "password_too_long" });
  return password;
}
