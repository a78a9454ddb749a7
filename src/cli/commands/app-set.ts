import { appFields, appJson } from "../app-answer.ts";
import { givenSettings, SETTING_FLAGS } from "../app-settings.ts";
import { APP_ARGUMENT, type Command } from "../command.ts";
import { openCommandStore } from "../command-store.ts";
import { mistaken, refused } from "../failure.ts";
import { record } from "../table.ts";

export const appSet: Command = {
  name: "app set",
  summary: "Change an app's limits and settings; `default` hands one back to the server.",
  args: [APP_ARGUMENT],
  flags: SETTING_FLAGS,
  async run(call) {
    const settings = givenSettings(call);
    if (Object.keys(settings).length === 0) {
      throw mistaken(`nothing to set: give one of ${SETTING_FLAGS.map(({ name }) => `--${name}`).join(", ")}`);
    }
    await using opened = await openCommandStore(call.loaded.config, "refuse");
    const app = await opened.app(call.args[0] ?? "");
    const changed = await opened.apps.set(app, settings);
    if (changed === undefined) throw refused(`the app ${app.key} is gone`);
    return { json: appJson(changed), text: record(appFields(changed)) };
  },
};
