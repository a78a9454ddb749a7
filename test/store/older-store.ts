/** Stores as older versions created them, by the same SQL files, each with one app and one user. */

import { MYSQL_MIGRATIONS, statementsOf } from "../../src/store/mysql/schema/schema.ts";
import { Connection } from "../../src/store/sqlite/connection/connection.ts";
import { SQLITE_MIGRATIONS } from "../../src/store/sqlite/schema/schema.ts";
import type { TestDatabase } from "../harness/mariadb.ts";

export const OLDER_APP = "a/b";
export const OLDER_USER = "ada";

const ATTRIBUTES = '{"nickname":"Ada"}';
const BYTES = 11;
const APP =
  "INSERT INTO apps (number, id, app_key, client_id, client_secret_hash, created, dialect, token_ttl_seconds, " +
  `admin_tokens_valid_after, tokens_valid_after) VALUES (1, 'an-id', '${OLDER_APP}', 'a-client', X'00', 1, '2024', ` +
  "3600, 0, 0)";
const USER_COLUMNS =
  "app, name, id, activated, created, modified, tokens_valid_after, bytes, version, attributes_modified, attributes";

export function makeOlderSqlite(path: string, schema: number): void {
  const connection = new Connection(path);
  connection.useWriteAheadLog();
  for (const { sql } of SQLITE_MIGRATIONS.slice(0, schema)) connection.exec(sql);
  connection.exec(`PRAGMA user_version = ${schema}`);
  connection.exec(APP);
  connection.exec(`INSERT INTO app_usage VALUES (1, ${BYTES})`);
  connection.exec(
    `INSERT INTO users (${USER_COLUMNS}) VALUES (1, '${OLDER_USER}', 'user-id', 1, 1, 1, 0, ${BYTES}, 1, 1, '${ATTRIBUTES}')`,
  );
  connection.close();
}

export async function makeOlderMysql(database: TestDatabase, schema: number): Promise<void> {
  const statements = MYSQL_MIGRATIONS.slice(0, schema).flatMap(({ sql }) => statementsOf(sql));
  for (const statement of statements) await database.query(statement);
  await database.query(
    "CREATE TABLE usermeta_schema (one TINYINT NOT NULL PRIMARY KEY, version INT NOT NULL, oldest INT NOT NULL, " +
      "migrator CHAR(36), beat BIGINT NOT NULL) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin",
  );
  await database.query("INSERT INTO usermeta_schema VALUES (1, ?, 1, NULL, 0)", [schema]);
  await database.query("UPDATE counters SET value = 1 WHERE name = 'apps'");
  await database.query(APP);
  await database.query("INSERT INTO app_usage VALUES (1, 0, 0, ?, 0), (1, 1, ?, ?, 0)", [BYTES, BYTES, BYTES]);
  await database.query(
    `INSERT INTO users (${USER_COLUMNS}) VALUES (1, '${OLDER_USER}', 'user-id', 1, 1, 1, 0, ${BYTES}, 1, 1, '${ATTRIBUTES}')`,
  );
}

/** The full description of the schema. */
export function sqliteSchema(path: string): unknown {
  const connection = new Connection(path);
  try {
    return [
      connection.all("PRAGMA user_version"),
      connection.all("SELECT type, name, tbl_name, rootpage, sql FROM sqlite_schema"),
    ];
  } finally {
    connection.close();
  }
}

export async function mysqlSchema(database: TestDatabase): Promise<unknown> {
  const tables = (await database.query("SHOW TABLES")).flatMap((row) => Object.values(row));
  const made = tables.map(async (table) => await database.query(`SHOW CREATE TABLE ${String(table)}`));
  const isOurs = tables.includes("usermeta_schema");
  return [isOurs ? await database.query("SELECT * FROM usermeta_schema") : [], ...(await Promise.all(made))];
}
