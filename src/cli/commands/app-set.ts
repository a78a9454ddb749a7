import { settingsConflict } from "../../core/changes.ts";
import { appFields, appJson } from "../app-answer.ts";
import { givenSettings, SETTING_FLAGS } from "../app-settings.ts";
import { APP_ARGUMENT, type Command } from "../command.ts";
import { openCommandStore } from "../command-store.ts";
import { mistaken, refused } from "../failure.ts";
import { givenIdentity, IDENTITY_FLAGS, isIdentityGiven } from "../identity-flags.ts";
import { record } from "../table.ts";

export const appSet: Command = {
  name: "app set",
  summary: "Change an app's limits and settings; `default` hands one back to the server.",
  args: [APP_ARGUMENT],
  flags: [...SETTING_FLAGS, ...IDENTITY_FLAGS],
  async run(call) {
    const settings = givenSettings(call);
    if (Object.keys(settings).length === 0 && !isIdentityGiven(call)) {
      const names = [...SETTING_FLAGS, ...IDENTITY_FLAGS].map(({ name }) => `--${name}`);
      throw mistaken(`nothing to set: give one of ${names.join(", ")}`);
    }
    await using opened = await openCommandStore(call.loaded.config, "refuse");
    const app = await opened.app(call.args[0] ?? "");
    const identity = givenIdentity(call, app.identity);
    const changed = await opened.apps.set(app, { ...settings, identity });
    if (changed === undefined) throw refused(`the app ${app.key} is gone`);
    if (changed === "outrun") throw refused(`somebody else has just changed the app ${app.key}: try again`);
    if (changed === "conflicting") {
      throw refused(`nothing was set: ${settingsConflict({ ...app, ...settings, identity })}`);
    }
    return { json: appJson(changed), text: record(appFields(changed)) };
  },
};
