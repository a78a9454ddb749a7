import type { AttributesWrite, StoredAttributes } from "../ports/attribute-store.ts";

/** The stored attributes after this write. */
export function written({ userId, json, bytes, version, modified }: AttributesWrite): StoredAttributes {
  return { userId, json, bytes, version: version + 1, modified };
}
