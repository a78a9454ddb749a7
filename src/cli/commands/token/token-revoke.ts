import { userName } from "../../../core/model.ts";
import { systemClock } from "../../../system/clock.ts";
import { APP_ARGUMENT, type Command, flagText } from "../../command.ts";
import { openCommandStore } from "../../store/command-store.ts";
import { refused, usageError } from "../../terminal/failure.ts";

export const tokenRevoke: Command = {
  name: "token revoke",
  summary: "Revoke tokens: those of a user, those obtained with the client secret, or all of an app.",
  args: [APP_ARGUMENT],
  flags: [
    { name: "user", placeholder: "username", help: "revoke the tokens of this user" },
    { name: "admin", help: "revoke the tokens obtained with the client secret" },
    { name: "all", help: "revoke every token of the app" },
  ],
  async run(call) {
    const { args, flags, loaded } = call;
    const which = ["user", "admin", "all"].filter((name) => flags.has(name));
    if (which.length !== 1) throw usageError("give one of --user USERNAME, --admin and --all");
    await using opened = await openCommandStore(loaded.config, "refuse");
    const app = await opened.app(args[0] ?? "");
    const user = flagText(call, "user");
    if (user === undefined) {
      await opened.apps.revokeTokens(app, flags.has("all") ? "all" : "admin");
    } else {
      const name = userName(user);
      const changed =
        name === undefined
          ? undefined
          : await opened.store.changeUser(app.number, name, { revokeTokens: true }, systemClock.now());
      if (changed === undefined)
        throw refused(`there is no user ${JSON.stringify(user)} in ${app.key}`, "user_unknown");
    }
    const revoked = user === undefined ? which[0] : { user };
    return { json: { app: app.key, revoked }, text: "revoked; a running server follows within a second\n" };
  },
};
