import type { StoreReader } from "../../config/read-store.ts";
import { parseStoreUrl } from "../../store/open.ts";
import { locationUrl } from "./location-text.ts";

/**
 * Parses the address of a store for the configuration, which knows no engines.
 * @param folder the base of relative paths
 */
export function storeReader(folder: string): StoreReader {
  return (url, password) => {
    const location = parseStoreUrl(url, password, folder);
    if (typeof location === "string") return location;
    return { text: locationUrl(location), password: location.engine === "mysql" ? location.password : "" };
  };
}
