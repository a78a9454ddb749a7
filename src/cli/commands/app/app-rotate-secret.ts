import { APP_ARGUMENT, type Command } from "../../command.ts";
import { openCommandStore } from "../../store/command-store.ts";
import { refused } from "../../terminal/failure.ts";
import { record } from "../../terminal/table.ts";
import { credentialFields, SECRET_NOTE } from "./app-answer.ts";

export const appRotateSecret: Command = {
  name: "app rotate-secret",
  summary: "Replace an app's client secret and revoke the tokens obtained with the old one.",
  args: [APP_ARGUMENT],
  async run({ args: [text = ""], loaded }) {
    await using opened = await openCommandStore(loaded.config, "refuse");
    const app = await opened.app(text);
    const credentials = await opened.apps.rotateSecret(app);
    if (credentials === undefined) throw refused(`the app ${app.key} no longer exists`, "app_unknown");
    return {
      json: { app: app.key, ...credentials },
      text: record({ app: app.key, ...credentialFields(credentials) }) + SECRET_NOTE,
    };
  },
};
