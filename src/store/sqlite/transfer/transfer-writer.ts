import { APP_COLUMNS, APP_PLACEHOLDERS, appValues } from "../../app-columns.ts";
import { type LastNumbers, type StoreGlobals, type TransferUser, USER_FIELDS } from "../../transfer/transfer.ts";
import type { Connection } from "../connection/connection.ts";
import { NUMBERED_TABLES } from "./transfer-reader.ts";

const INSERT_USER = `
  INSERT INTO users (
    app, name, id, activated, created, modified, tokens_valid_after, bytes, version, attributes_modified,
    password_hash, nickname, attributes
  ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
const INSERT_APP = `INSERT INTO apps (${APP_COLUMNS}) VALUES (${APP_PLACEHOLDERS})`;

/** All that a store without apps can hold, except the change feed and the numbers, which stay. */
const TABLES_CLEARED = ["users", "app_usage", "deleted_apps", "signing_keys"] as const;

/** False: there was nothing to remove. */
export function clearTables(connection: Connection): boolean {
  return inTransaction(connection, () => {
    let removed = 0;
    for (const table of TABLES_CLEARED) removed += connection.run(`DELETE FROM ${table}`);
    return removed > 0;
  });
}

export function insertTransferred(connection: Connection, app: number, users: readonly TransferUser[]): void {
  inTransaction(connection, () => {
    for (const user of users) connection.run(INSERT_USER, app, ...USER_FIELDS.map((field) => user[field]));
  });
}

export function insertGlobals(connection: Connection, globals: StoreGlobals, usage: ReadonlyMap<number, number>): void {
  inTransaction(connection, () => {
    for (const app of globals.apps) {
      connection.run(INSERT_APP, ...appValues(app));
      connection.run("INSERT INTO app_usage (app, used) VALUES (?1, ?2)", app.number, usage.get(app.number) ?? 0);
    }
    for (const { id, secret, created } of globals.keys) {
      connection.run("INSERT INTO signing_keys (id, secret, created) VALUES (?1, ?2, ?3)", id, secret, created);
    }
    raiseNumbers(connection, globals.lastNumbers);
  });
}

/** Continues the numbering of the source and of the target: no number of either is assigned again. */
function raiseNumbers(connection: Connection, numbers: LastNumbers): void {
  for (const [of, last] of Object.entries(numbers)) {
    const table = NUMBERED_TABLES[of as keyof LastNumbers]; // as: the keys of LastNumbers, no others
    const raised = connection.run("UPDATE sqlite_sequence SET seq = max(seq, ?2) WHERE name = ?1", table, last);
    if (raised === 0) connection.run("INSERT INTO sqlite_sequence (name, seq) VALUES (?1, ?2)", table, last);
  }
}

function inTransaction<T>(connection: Connection, body: () => T): T {
  connection.exec("BEGIN IMMEDIATE");
  try {
    const result = body();
    connection.exec("COMMIT");
    return result;
  } catch (error) {
    connection.rollback();
    throw error;
  }
}
