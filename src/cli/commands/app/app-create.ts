import { NO_IDENTITY } from "../../../core/identity-settings.ts";
import { appKey } from "../../../core/model.ts";
import { settingsConflict } from "../../../core/updated-entities.ts";
import { APP_ARGUMENT, type Command } from "../../command.ts";
import { openCommandStore } from "../../store/command-store.ts";
import { refused, usageError } from "../../terminal/failure.ts";
import { record } from "../../terminal/table.ts";
import { appFields, appJson, credentialFields, SECRET_NOTE } from "./app-answer.ts";
import { givenSettings, SETTING_FLAGS } from "./app-settings.ts";
import { givenIdentity, IDENTITY_FLAGS, warnOfFiles } from "./identity-flags.ts";

export const appCreate: Command = {
  name: "app create",
  summary: "Create an app and print its credentials, which are shown only once.",
  args: [APP_ARGUMENT],
  flags: [...SETTING_FLAGS, ...IDENTITY_FLAGS],
  async run(call) {
    const [text = ""] = call.args;
    const key = appKey(text);
    if (key === undefined) {
      throw usageError(
        `${JSON.stringify(text)} is no app: write org/app in letters, digits and -, each at most 32 long`,
      );
    }
    const settings = { registration: null, ...givenSettings(call), identity: givenIdentity(call, NO_IDENTITY) };
    const conflict = settingsConflict(settings);
    if (conflict !== undefined) throw refused(`the app was not created: ${conflict}`);
    await using opened = await openCommandStore(call.loaded.config, "create");
    const created = await opened.apps.create(key, settings);
    if (created === "taken") throw refused(`the app ${key} exists already`);
    warnOfFiles(call);
    const { app, credentials } = created;
    return {
      json: { ...appJson(app), ...credentials },
      text: record({ ...appFields(app), ...credentialFields(credentials) }) + SECRET_NOTE,
    };
  },
};
