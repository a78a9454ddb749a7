import type { StoreLocation } from "../../store/open.ts";

/** A store's location for messages: a file's path, or an address without its password. */
export function locationText(location: StoreLocation): string {
  switch (location.engine) {
    case "memory":
      return "memory:";
    case "sqlite":
      return location.path;
    case "mysql":
      return location.text;
  }
}

/** The value of USERMETA_STORE for this store, without a password. */
export function locationUrl(location: StoreLocation): string {
  return location.engine === "sqlite" ? `sqlite:${location.path}` : locationText(location);
}
