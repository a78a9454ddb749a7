import { parseAttributes } from "../../src/core/metadata/attributes.ts";
import { Connection } from "../../src/store/sqlite/connection/connection.ts";

export interface StoredDocument {
  readonly name: string;
  readonly json: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly userId: string;
  readonly version: number;
  /** When the attributes were last changed, ms. */
  readonly modified: number;
}

/** The whole contents of a small store, so that other sides are filled with the same. */
export function readDocuments(store: string): StoredDocument[] {
  const connection = new Connection(store);
  try {
    return connection
      .all<Omit<StoredDocument, "attributes">>(
        "SELECT name, id AS userId, version, attributes_modified AS modified, attributes AS json FROM users ORDER BY row",
      )
      .map((document) => ({ ...document, attributes: parseAttributes(document.json) }));
  } finally {
    connection.close();
  }
}
