import type { AttributesWrite, StoredAttributes } from "../ports.ts";

/** What is stored when a write has been carried out. */
export function written({ userId, json, bytes, version, modified }: AttributesWrite): StoredAttributes {
  return { userId, json, bytes, version: version + 1, modified };
}
