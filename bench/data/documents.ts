import { parseAttributes } from "../../src/core/metadata/attributes.ts";
import { Connection } from "../../src/store/sqlite/connection/connection.ts";

export interface StoredDocument {
  readonly name: string;
  readonly json: string;
  readonly attributes: ReadonlyMap<string, string>;
}

/** The whole contents of a small store, so that other sides are filled with the same. */
export function readDocuments(store: string): StoredDocument[] {
  const connection = new Connection(store);
  try {
    return connection
      .all<{ name: string; json: string }>("SELECT name, attributes AS json FROM users ORDER BY row")
      .map(({ name, json }) => ({ name, json, attributes: parseAttributes(json) }));
  } finally {
    connection.close();
  }
}
