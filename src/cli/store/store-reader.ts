import type { StoreReader } from "../../config/read-store.ts";
import { parseStoreUrl } from "../../store/open.ts";
import { locationUrl } from "./location-text.ts";

/**
 * Tells the configuration of an address what the engines know of it.
 * @param folder what relative paths are relative to
 */
export function storeReader(folder: string): StoreReader {
  return (url, password) => {
    const location = parseStoreUrl(url, password, folder);
    if (typeof location === "string") return location;
    return { text: locationUrl(location), password: location.engine === "mysql" ? location.password : "" };
  };
}
