import { existsSync } from "node:fs";
import { join } from "node:path";
import type { AppKey } from "../../core/model.ts";
import type { StoreLocation } from "../../store/open.ts";
import { locationUrl } from "../store/location-text.ts";
import { shellQuoted } from "./shell.ts";

/** The root of the checkout. A compiled program has none. */
const CHECKOUT = join(import.meta.dirname, "..", "..", "..");
const DEFAULT_STORE = join("data", "usermeta.db");

/** A shell command, for any folder, that turns off an app's rate limits. Undefined if the store is not a file. */
export function liftRateLine(app: AppKey, location: StoreLocation): string | undefined {
  if (location.engine !== "sqlite") return undefined;
  const command = `app set ${app} --rate-per-second 0`;
  const store = `--store ${shellQuoted(locationUrl(location))}`;
  if (!existsSync(join(CHECKOUT, "package.json"))) return `usermeta ${command} ${store}`;
  const isDefault = location.path === join(CHECKOUT, DEFAULT_STORE);
  return `(cd ${shellQuoted(CHECKOUT)} && npm run usermeta -- ${command}${isDefault ? "" : ` ${store}`})`;
}
