import { existsSync } from "node:fs";
import { join } from "node:path";
import type { AppKey } from "../../core/model.ts";
import type { StoreLocation } from "../../store/open.ts";
import { locationUrl } from "../store/location-text.ts";
import { shellQuoted } from "./shell.ts";

/** The root of the sources, where there is one: a compiled program has none. */
const CHECKOUT = join(import.meta.dirname, "..", "..", "..");
const DEFAULT_STORE = join("data", "usermeta.db");

/** A command for any shell in any folder that takes the rate limits off an app; undefined for a store that is no file. */
export function liftRateLine(app: AppKey, location: StoreLocation): string | undefined {
  if (location.engine !== "sqlite") return undefined;
  const command = `app set ${app} --rate-per-second 0`;
  const store = `--store ${shellQuoted(locationUrl(location))}`;
  if (!existsSync(join(CHECKOUT, "package.json"))) return `usermeta ${command} ${store}`;
  const isDefault = location.path === join(CHECKOUT, DEFAULT_STORE);
  return `(cd ${shellQuoted(CHECKOUT)} && npm run usermeta -- ${command}${isDefault ? "" : ` ${store}`})`;
}
