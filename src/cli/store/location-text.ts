import type { StoreLocation } from "../../store/open.ts";

/** A store as the operator is told of it: a file's path, or an address without its password. */
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

/** What USERMETA_STORE would say of it, without a password. */
export function locationUrl(location: StoreLocation): string {
  return location.engine === "sqlite" ? `sqlite:${location.path}` : locationText(location);
}
