import { migrateStore } from "../../store/open.ts";
import type { Command } from "../command.ts";
import { lastingLocation } from "../store/command-store.ts";
import { locationText } from "../store/location-text.ts";

export const migrate: Command = {
  name: "migrate",
  summary: "Migrate a store to this version's schema, as `serve` does. This cannot be undone.",
  async run({ loaded }) {
    const location = lastingLocation(loaded.config);
    const { from, to } = await migrateStore(location);
    const store = locationText(location);
    const done = from === to ? "is up to date" : `is migrated from schema ${from} to ${to}`;
    return { json: { store, upToDate: true, from, to }, text: `${store} ${done}\n` };
  },
};
