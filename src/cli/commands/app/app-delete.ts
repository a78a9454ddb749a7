import { APP_ARGUMENT, type Command } from "../../command.ts";
import { openCommandStore } from "../../store/command-store.ts";
import { confirm, YES_FLAG } from "../../terminal/confirm.ts";
import { refused } from "../../terminal/failure.ts";

export const appDelete: Command = {
  name: "app delete",
  summary: "Delete an app with all its users and their attributes.",
  args: [APP_ARGUMENT],
  flags: [YES_FLAG],
  async run(call) {
    await using opened = await openCommandStore(call.loaded.config, "refuse");
    const app = await opened.app(call.args[0] ?? "");
    await confirm(call, `Delete the app ${app.key} with all its users and their attributes?`);
    if (!(await opened.apps.remove(app))) throw refused(`the app ${app.key} is deleted already`, "app_unknown");
    return { json: { app: app.key, deleted: true }, text: `deleted ${app.key}\n` };
  },
};
