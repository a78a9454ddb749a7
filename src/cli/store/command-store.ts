import { existsSync } from "node:fs";
import type { Config } from "../../config/config.ts";
import { type Apps, createApps } from "../../core/apps/apps.ts";
import { type App, appKey } from "../../core/model.ts";
import type { Store } from "../../core/ports/store.ts";
import { openStore, parseStoreUrl, refuseLostStore, type StoreLocation } from "../../store/open.ts";
import { systemClock } from "../../system/clock.ts";
import { systemDigest } from "../../system/digest.ts";
import { systemRandom } from "../../system/random.ts";
import { type Failure, refused, usageError } from "../terminal/failure.ts";

/** A store that outlives the process. */
export type LastingLocation = Exclude<StoreLocation, { engine: "memory" }>;

/** A store, opened by a command while a server may be serving it. */
export interface CommandStore extends AsyncDisposable {
  readonly location: LastingLocation;
  readonly store: Store;
  readonly apps: Apps;
  /** Finds an app by its key, and fails if it does not exist. */
  app(text: string): Promise<App>;
}

/**
 * Refuses an older schema, because a server of that version may be using the store.
 * @param missing whether to create a store that does not exist, or to refuse: a misspelled path must not leave a file
 */
export async function openCommandStore(
  config: Pick<Config, "store">,
  missing: "create" | "refuse",
): Promise<CommandStore> {
  const location = lastingLocation(config);
  if (missing === "refuse" && location.engine === "sqlite" && !existsSync(location.path)) {
    await refuseLostStore(location);
    throw usageError(`${location.path} does not exist: nothing has been stored there yet (USERMETA_STORE, --store)`);
  }
  const store = await openStore(location, { schema: missing === "refuse" ? "as found" : "make" });
  const apps = createApps({ store, clock: systemClock, random: systemRandom, digest: systemDigest });
  return {
    location,
    store,
    apps,
    async app(text) {
      const key = appKey(text);
      const app = key === undefined ? undefined : await apps.find(key);
      if (app === undefined) throw unknownApp(text);
      return app;
    },
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}

export function unknownApp(text: string): Failure {
  return refused(`there is no app ${JSON.stringify(text)}: see \`usermeta app list\``, "app_unknown");
}

export function lastingLocation(config: Pick<Config, "store">): LastingLocation {
  const location = storeLocation(config);
  if (location.engine === "memory") {
    throw usageError("memory: exists only in its server's memory; commands need a sqlite: or mysql: store");
  }
  return location;
}

export function storeLocation(config: Pick<Config, "store">): StoreLocation {
  const { text, password } = config.store;
  const location = parseStoreUrl(text, password?.reveal());
  if (typeof location === "string") throw usageError(`USERMETA_STORE: ${location}`);
  return location;
}
