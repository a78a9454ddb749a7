import { parseAttributes } from "../../../core/metadata/attributes.ts";
import { userName } from "../../../core/model.ts";
import { APP_ARGUMENT, type Command, USER_ARGUMENT } from "../../command.ts";
import { openCommandStore } from "../../store/command-store.ts";
import { refused } from "../../terminal/failure.ts";
import { record, table } from "../../terminal/table.ts";
import { userJson } from "./user-answer.ts";

export const userShow: Command = {
  name: "user show",
  summary: "Show a user and their attributes.",
  args: [APP_ARGUMENT, USER_ARGUMENT],
  async run({ args: [appText = "", userText = ""], loaded }) {
    await using opened = await openCommandStore(loaded.config, "refuse");
    const app = await opened.app(appText);
    const name = userName(userText);
    const user = name === undefined ? undefined : await opened.store.user(app.number, name);
    const stored = name === undefined ? undefined : await opened.store.attributes(app.number, name);
    if (user === undefined || stored === undefined) {
      throw refused(`there is no user ${JSON.stringify(userText)} in ${app.key}`, "user_unknown");
    }
    const attributes = parseAttributes(stored.json);
    const lastModified = new Date(stored.modified).toISOString();
    return {
      json: {
        ...userJson(user),
        bytes: stored.bytes,
        lastModified,
        // Every key becomes an own property, __proto__ too.
        attributes: Object.fromEntries(attributes),
      },
      text:
        record({
          username: user.name,
          id: user.id,
          nickname: user.nickname ?? "-",
          activated: user.activated ? "yes" : "no",
          password: user.passwordHash === null ? "none" : "set",
          created: new Date(user.created).toISOString(),
          bytes: `${stored.bytes}, last changed ${lastModified}`,
        }) + (attributes.size === 0 ? "" : `\n${table(["key", "value"], [...attributes])}`),
    };
  },
};
