import { APP_ARGUMENT, type Command } from "../../command.ts";
import { openCommandStore } from "../../store/command-store.ts";
import { record } from "../../terminal/table.ts";
import { appFields, appJson } from "./app-answer.ts";

export const appShow: Command = {
  name: "app show",
  summary: "Show an app's settings and the size of its users' attributes.",
  args: [APP_ARGUMENT],
  async run({ args: [text = ""], loaded }) {
    await using opened = await openCommandStore(loaded.config, "refuse");
    const app = await opened.app(text);
    const usedBytes = await opened.store.usage(app.number);
    return {
      json: { ...appJson(app), usedBytes },
      text: record({ ...appFields(app), "bytes in use": String(usedBytes) }),
    };
  },
};
