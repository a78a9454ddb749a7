import { wholeNumber } from "../../../config/values.ts";
import type { App, User } from "../../../core/model.ts";
import { userName } from "../../../core/model.ts";
import type { UserStore } from "../../../core/ports/user-store.ts";
import { APP_ARGUMENT, type Call, type Command, flagText } from "../../command.ts";
import { openCommandStore } from "../../store/command-store.ts";
import { storeFlag } from "../../store/store-flag.ts";
import { refused, usageError } from "../../terminal/failure.ts";
import { programName } from "../../terminal/program-name.ts";
import { table } from "../../terminal/table.ts";
import { userJson } from "./user-answer.ts";

const LIMIT_DEFAULT = 100;
const LIMIT_MAX = 10_000;

export const userList: Command = {
  name: "user list",
  summary: "List an app's users in the order of their creation.",
  args: [APP_ARGUMENT],
  flags: [
    { name: "limit", placeholder: "n", help: `how many users, at most ${LIMIT_MAX}; defaults to ${LIMIT_DEFAULT}` },
    { name: "after", placeholder: "username", help: "start after this user" },
  ],
  async run(call) {
    const limit = givenLimit(call);
    await using opened = await openCommandStore(call.loaded.config, "refuse");
    const app = await opened.app(call.args[0] ?? "");
    const after = await givenPlace(call, opened.store, app);
    const users = await opened.store.users(app.number, after, limit);
    const last = users.at(-1);
    const more = last !== undefined && users.length === limit ? `${nextLine(call, app, limit, last)}\n` : "";
    return {
      json: users.map(userJson),
      text:
        users.length === 0
          ? "no users\n"
          : table(["username", "created", "activated", "nickname"], users.map(row)) + more,
    };
  },
};

/** The rest of the list, as a command to paste. */
function nextLine(call: Call, app: App, limit: number, last: User): string {
  const given = limit === LIMIT_DEFAULT ? "" : ` --limit ${limit}`;
  return `more: ${programName(call.io.env)} user list ${app.key}${given} --after ${last.name}${storeFlag(call)}`;
}

function row({ name, created, activated, nickname }: User): string[] {
  return [name, new Date(created).toISOString(), activated ? "yes" : "no", nickname ?? "-"];
}

function givenLimit(call: Call): number {
  const text = flagText(call, "limit") ?? String(LIMIT_DEFAULT);
  const result = wholeNumber(1, LIMIT_MAX).safeParse(text);
  if (!result.success) throw usageError(`--limit ${JSON.stringify(text)}: ${result.error.issues[0]?.message}`);
  return result.data;
}

async function givenPlace(call: Call, store: Pick<UserStore, "user">, app: App): Promise<User | undefined> {
  const text = flagText(call, "after");
  if (text === undefined) return undefined;
  const name = userName(text);
  const user = name === undefined ? undefined : await store.user(app.number, name);
  if (user === undefined)
    throw refused(`there is no user ${JSON.stringify(text)} in ${app.key} to continue after`, "user_unknown");
  return user;
}
