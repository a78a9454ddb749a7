import { describe, expect, test } from "bun:test";
import { MYSQL_MIGRATIONS } from "../../src/store/mysql/schema/schema.ts";
import { migrateAndKill } from "../faults/migrate-and-kill.ts";
import { mariadbIsMissing, sharedMariadb, type TestDatabase } from "../harness/mariadb.ts";
import { makeOlderMysql, mysqlSchema } from "./older-store.ts";

/** Enough for the index of schema 2 to take most of the time. */
const USERS = 60_000;
/** Each costs the seconds after which a migrator without a heartbeat counts as dead. */
const KILLS = 3;

describe.skipIf(mariadbIsMissing())("a migration that is killed", () => {
  test("is completed by the next start, whatever step it had reached", async () => {
    await using first = await olderDatabase();
    const whole = await migrateAndKill(first.url, undefined);
    const migrated = await schemaOf(first);
    for (let kill = 0; kill < KILLS; kill++) {
      await using database = await olderDatabase();
      await migrateAndKill(database.url, (whole * (kill + Math.random())) / KILLS);
      const [{ version = undefined } = {}] = await database.query("SELECT version FROM usermeta_schema");
      expect(version).toBeWithin(1, MYSQL_MIGRATIONS.length + 1);
      await migrateAndKill(database.url, undefined);
      expect([kill, await schemaOf(database)]).toEqual([kill, migrated]);
      expect(await database.query("SELECT COUNT(*) AS users FROM users FORCE INDEX (users_by_id)")).toEqual([
        { users: USERS + 1 },
      ]);
    }
  }, 90_000);
});

async function olderDatabase(): Promise<TestDatabase> {
  const database = await (await sharedMariadb()).freshDatabase();
  await makeOlderMysql(database, 1);
  await database.query(
    "INSERT INTO users (app, name, id, activated, created, modified, tokens_valid_after, bytes, version, " +
      `attributes_modified, attributes) SELECT 1, CONCAT('user', seq), UUID(), 1, seq, 1, 0, 0, 0, 1, '{}' ` +
      `FROM seq_1_to_${USERS}`,
  );
  return database;
}

/** Without the migrator, and the number of its heartbeats. */
async function schemaOf(database: TestDatabase): Promise<unknown> {
  await database.query("UPDATE usermeta_schema SET beat = 0, migrator = NULL");
  return await mysqlSchema(database);
}
