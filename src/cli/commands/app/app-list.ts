import type { Command } from "../../command.ts";
import { openCommandStore } from "../../store/command-store.ts";
import { table } from "../../terminal/table.ts";
import { appJson } from "./app-answer.ts";

export const appList: Command = {
  name: "app list",
  summary: "List the apps.",
  async run({ loaded }) {
    await using opened = await openCommandStore(loaded.config, "refuse");
    const apps = await opened.apps.list();
    const rows = apps.map(({ key, id, clientId, created }) => [key, id, clientId, new Date(created).toISOString()]);
    return {
      json: apps.map(appJson),
      text: apps.length === 0 ? "no apps\n" : table(["app", "id", "client id", "created"], rows),
    };
  },
};
