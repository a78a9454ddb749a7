import type { App } from "../../../core/model.ts";
import { settingsConflict } from "../../../core/updated-entities.ts";
import { APP_ARGUMENT, type Command } from "../../command.ts";
import { openCommandStore } from "../../store/command-store.ts";
import { refused, usageError } from "../../terminal/failure.ts";
import { record } from "../../terminal/table.ts";
import { appFields, appJson } from "./app-answer.ts";
import { givenSettings, SETTING_FLAGS } from "./app-settings.ts";
import { givenIdentity, IDENTITY_FLAGS, isIdentityGiven, warnOfFiles } from "./identity-flags.ts";

/** A try fails only if another process changes the app at the same time. */
const TRIES = 20;

export const appSet: Command = {
  name: "app set",
  summary: "Change an app's limits and settings. `default` restores the server's own value.",
  args: [APP_ARGUMENT],
  flags: [...SETTING_FLAGS, ...IDENTITY_FLAGS],
  async run(call) {
    const settings = givenSettings(call);
    if (Object.keys(settings).length === 0 && !isIdentityGiven(call)) {
      const names = [...SETTING_FLAGS, ...IDENTITY_FLAGS].map(({ name }) => `--${name}`);
      throw usageError(`nothing to set: give one of ${names.join(", ")}`);
    }
    await using opened = await openCommandStore(call.loaded.config, "refuse");
    let app: App | undefined = await opened.app(call.args[0] ?? "");
    const { key, number } = app;
    // The given flags are merged into the current settings, which must still be the stored ones at the write.
    for (let triesLeft = TRIES; triesLeft > 0 && app !== undefined; triesLeft--) {
      const given = isIdentityGiven(call) ? { ...settings, identity: givenIdentity(call, app.identity) } : settings;
      const changed = await opened.apps.set(app, given);
      const conflict = changed === "incompatible" ? settingsConflict({ ...app, ...given }) : undefined;
      if (conflict !== undefined) throw refused(`nothing was set: ${conflict}`);
      if (typeof changed === "object") {
        warnOfFiles(call);
        return { json: appJson(changed), text: record(appFields(changed)) };
      }
      app = await opened.store.app(number);
    }
    if (app === undefined) throw refused(`the app ${key} no longer exists`, "app_unknown");
    throw refused(`nothing was set: other processes keep changing the app ${key}; try again`);
  },
};
