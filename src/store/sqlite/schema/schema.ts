import { fitVersion, type Migration, type MigrationTarget, type SchemaUse, type SchemaVersion } from "../../migrate.ts";
import { StoreError } from "../../store-error.ts";
import type { Connection } from "../connection/connection.ts";
import { lost } from "../files/marker.ts";
import { whenFree } from "../files/when-free.ts";
import initial from "../migrations/0001_initial.sql" with { type: "text" };
import identity from "../migrations/0002_identity.sql" with { type: "text" };
import conflicts from "../migrations/0003_conflicts.sql" with { type: "text" };
import holder from "../migrations/0004_holder.sql" with { type: "text" };
import clients from "../migrations/0005_clients.sql" with { type: "text" };

export const SQLITE_MIGRATIONS: readonly Migration[] = [
  { number: 1, sql: initial },
  { number: 2, sql: identity, oldest: 1 },
  { number: 3, sql: conflicts, oldest: 1 },
  { number: 4, sql: holder, oldest: 1 },
  { number: 5, sql: clients, oldest: 1 },
];

/** Short waits, so that a starting server can react to signals in between. */
export const OPENING_BUSY_MS = 100;

/** "usmt", set by the first migration. */
const APPLICATION_ID = 1_970_498_932;

/**
 * Refuses databases of other programs before it changes anything, and an empty file where a store was created before.
 */
export function checkOwnership(connection: Connection, wasMade: boolean): void {
  let id: number | undefined;
  let tables: number | undefined;
  // One transaction: another process may be migrating the same fresh file.
  connection.exec("BEGIN");
  try {
    id = connection.get<{ application_id: number }>("PRAGMA application_id")?.application_id;
    tables = connection.get<{ count: number }>("SELECT count(*) AS count FROM sqlite_schema")?.count;
  } finally {
    connection.rollback();
  }
  if (id !== APPLICATION_ID && (id !== 0 || tables !== 0)) {
    throw new StoreError("not_usermeta", `${connection.path} is a database of another program, not of usermeta`);
  }
  if (wasMade && id !== APPLICATION_ID) throw lost(connection.path, "empty");
}

/** `PRAGMA user_version` holds the number of the last migration. */
export function migrationTarget(connection: Connection): MigrationTarget {
  return {
    location: connection.path,
    async version() {
      const version = connection.get<{ user_version: number }>("PRAGMA user_version")?.user_version ?? 0;
      // One server has the file, so no older server can be using it.
      return { version, oldest: version };
    },
    async locked(step) {
      await whenFree(() => connection.exec("BEGIN IMMEDIATE"));
      try {
        const result = await step();
        connection.exec("COMMIT");
        return result;
      } catch (error) {
        connection.rollback();
        throw error;
      }
    },
    async apply(steps) {
      for (const { number, sql } of steps) {
        connection.exec(sql);
        connection.exec(`PRAGMA user_version = ${number}`);
      }
    },
  };
}

/** Refuses a file that `use` does not allow to migrate, before it changes anything. */
export async function checkSchema(connection: Connection, use: SchemaUse): Promise<SchemaVersion> {
  return await fitVersion(migrationTarget(connection), SQLITE_MIGRATIONS, use);
}
