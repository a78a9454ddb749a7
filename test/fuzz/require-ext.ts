import { Fault } from "./fault.ts";
import type { Attributes } from "./known-users.ts";

/** For an app that has always checked `ext`: no other value may be stored. */
export function requireExt(attributes: Attributes): void {
  const ext = attributes.get("ext");
  if (ext !== undefined && !isObjectText(ext))
    throw new Fault(`the ext ${JSON.stringify(ext.slice(0, 300))} is stored`);
}

/** Whether these changes may be stored. Of duplicate keys the last wins, and an empty value removes the key. */
export function mayStoreExt(pairs: readonly (readonly [string, string])[]): boolean {
  const ext = new Map(pairs).get("ext") ?? "";
  return ext === "" || isObjectText(ext);
}

function isObjectText(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
