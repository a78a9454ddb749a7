import { expect, test } from "bun:test";
import { copyFileSync, existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { migrateForServer, openStore } from "../../src/store/open.ts";
import { Connection } from "../../src/store/sqlite/connection/connection.ts";
import { SQLITE_MIGRATIONS } from "../../src/store/sqlite/schema/schema.ts";
import { name } from "../contract/open-for-test.ts";
import { makeOlderSqlite, OLDER_USER, sqliteSchema } from "../store/older-store.ts";
import { temporaryFolder } from "../store/sqlite-fixture.ts";
import { migrateAndKill } from "./migrate-and-kill.ts";

/** Enough for the index of schema 2 to take most of the process's time. */
const USERS = 40_000;
const KILLS = 10;
const FILES = ["", "-wal", "-shm", ".lock"];

test(`through ${KILLS} kill -9 at any moment of a migration the store is entirely at the old schema or the new one, and the next start completes it`, async () => {
  using folder = temporaryFolder();
  const older = join(folder.path, "older.db");
  makeOlderSqlite(older, 1);
  addUsers(older);
  const path = join(folder.path, "usermeta.db");
  const before = contentsOf(older);

  copyFileSync(older, path);
  const whole = await migrateAndKill(`sqlite:${path}`, undefined);
  const [old, migrated] = [sqliteSchema(older), sqliteSchema(path)];
  expect(await versionOf(path)).toBe(SQLITE_MIGRATIONS.length);

  const ends = { old: 0, migrated: 0 };
  for (let kill = 0; kill < KILLS; kill++) {
    for (const file of FILES) rmSync(path + file, { force: true });
    copyFileSync(older, path);
    // The moments are spread over the time of an undisturbed migration.
    await migrateAndKill(`sqlite:${path}`, (whole * (kill + Math.random())) / KILLS);
    const schema = sqliteSchema(path);
    expect([kill, contentsOf(path)]).toEqual([kill, before]);
    expect([kill, integrityOf(path)]).toEqual([kill, [{ integrity_check: "ok" }]]);
    if (Bun.deepEquals(schema, old)) ends.old += 1;
    else {
      expect([kill, schema]).toEqual([kill, migrated]);
      ends.migrated += 1;
    }
    await migrateForServer({ engine: "sqlite", path });
    await using store = await openStore({ engine: "sqlite", path }, { exclusive: true });
    expect([kill, sqliteSchema(path)]).toEqual([kill, migrated]);
    expect(await store.userById(1, "user-id")).toMatchObject({ name: OLDER_USER });
    expect(await store.attributes(1, name(OLDER_USER))).toMatchObject({ json: '{"nickname":"Ada"}' });
  }
  // The kills hit the migration, and not only the time before it.
  expect(ends.old).toBeGreaterThan(0);
  expect(ends.old + ends.migrated).toBe(KILLS);
}, 90_000);

function addUsers(path: string): void {
  const connection = new Connection(path);
  connection.exec(
    "INSERT INTO users (app, name, id, activated, created, modified, tokens_valid_after, bytes, version, " +
      "attributes_modified, attributes) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n " +
      `WHERE i < ${USERS}) SELECT 1, 'user' || i, lower(hex(randomblob(16))), 1, i, 1, 0, 0, 0, 1, '{}' FROM n`,
  );
  connection.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  connection.close();
  expect(existsSync(`${path}-wal`)).toBe(false);
}

function contentsOf(path: string): unknown {
  return withConnection(path, (connection) =>
    connection.all(
      "SELECT count(*) AS users, sum(bytes) AS bytes, sum(length(name)) AS names, sum(unicode(id)) AS ids FROM users " +
        "UNION ALL SELECT number, length(app_key), length(id), created FROM apps",
    ),
  );
}

function integrityOf(path: string): unknown {
  return withConnection(path, (connection) => connection.all("PRAGMA integrity_check"));
}

function versionOf(path: string): unknown {
  return withConnection(
    path,
    (connection) => connection.get<{ user_version: number }>("PRAGMA user_version")?.user_version,
  );
}

function withConnection<T>(path: string, look: (connection: Connection) => T): T {
  const connection = new Connection(path);
  try {
    return look(connection);
  } finally {
    connection.close();
  }
}
