import type { Command } from "../command.ts";
import { openCommandStore } from "../command-store.ts";
import { locationText } from "../location-text.ts";

export const migrate: Command = {
  name: "migrate",
  summary: "Bring a store to this version's schema. `serve` does so too; there is no way back.",
  async run({ loaded }) {
    await using opened = await openCommandStore(loaded.config, "create");
    const store = locationText(opened.location);
    return { json: { store, upToDate: true }, text: `${store} is up to date\n` };
  },
};
