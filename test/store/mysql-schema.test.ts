import { describe, expect, test } from "bun:test";
import { type Migration, migrate } from "../../src/store/migrate.ts";
import { Hosts } from "../../src/store/mysql/connection/hosts.ts";
import { Session } from "../../src/store/mysql/connection/session.ts";
import { MYSQL_MIGRATIONS, migrationTarget } from "../../src/store/mysql/schema/schema.ts";
import { openMysqlStore } from "../../src/store/mysql/store.ts";
import { migrateForServer } from "../../src/store/open.ts";
import { addUsers } from "../contract/open-for-test.ts";
import { mariadbIsMissing, sharedMariadb, type TestDatabase } from "../harness/mariadb.ts";
import { mysqlFixture, sized, stored, userAt } from "./mysql-fixture.ts";
import { mysqlLocation } from "./mysql-location.ts";
import { makeOlderMysql, mysqlSchema, OLDER_USER } from "./older-store.ts";

/** A step that a later version might add, and that older programs need not know. */
const ADDITIVE: Migration = {
  number: MYSQL_MIGRATIONS.length + 1,
  oldest: MYSQL_MIGRATIONS.length,
  sql: `ALTER TABLE users ADD COLUMN IF NOT EXISTS colour VARCHAR(16);
CREATE TABLE IF NOT EXISTS colours (name VARCHAR(16) NOT NULL PRIMARY KEY) ENGINE=InnoDB;
`,
};
/** And one that older programs are incompatible with. */
const BREAKING: Migration = {
  number: ADDITIVE.number + 1,
  sql: `CREATE TABLE IF NOT EXISTS other (name VARCHAR(16) NOT NULL PRIMARY KEY) ENGINE=InnoDB;
`,
};

describe.skipIf(mariadbIsMissing())("the schema", () => {
  test("is created once when two servers open an empty database at the same time", async () => {
    for (let round = 0; round < 5; round++) {
      await using database = await (await sharedMariadb()).freshDatabase();
      const location = mysqlLocation(database.url);
      const stores = await Promise.all([openMysqlStore(location), openMysqlStore(location)]);
      for (const store of stores) {
        expect(await store.apps()).toEqual([]);
        await store[Symbol.asyncDispose]();
      }
      expect(await database.query("SELECT version, migrator FROM usermeta_schema")).toEqual([
        { version: MYSQL_MIGRATIONS.length, migrator: null },
      ]);
    }
  }, 30_000);

  test("is changed under running servers, when they need not know of it", async () => {
    await using fixture = await mysqlFixture(5);
    const { store, app, database } = fixture;
    let isChanging = true;
    let sets = 0;
    const setting = (async () => {
      while (isChanging) {
        const user = userAt(sets % 5);
        const write = sized(app, user, await stored(store, app, user), 5 + (sets % 50));
        expect(await store.writeAttributes(write)).toBe("written");
        sets += 1;
      }
    })();
    expect(await migrateWith(database, [...MYSQL_MIGRATIONS, ADDITIVE])).toBe(1);
    isChanging = false;
    await setting;
    expect(sets).toBeGreaterThan(0);
    await addUsers(store, app, "late");
    expect(await database.query("SELECT COUNT(*) AS count FROM users WHERE colour IS NULL")).toEqual([{ count: 6 }]);
    // An older server may also restart in the middle of the upgrade.
    const again = await fixture.another();
    expect(await again.apps()).toEqual([app]);
  });

  test("is not changed while an incompatible server runs, and is after that server has ended", async () => {
    await using fixture = await mysqlFixture(1);
    const { store, database } = fixture;
    const beating = setInterval(() => void store.publishDemand([]), 200);
    const migrations = [...MYSQL_MIGRATIONS, ADDITIVE, BREAKING];
    await expect(migrateWith(database, migrations)).rejects.toMatchObject({ fault: "in_use" });
    clearInterval(beating);
    await store[Symbol.asyncDispose]();
    expect(await migrateWith(database, migrations)).toBe(1);
    await expect(openMysqlStore(mysqlLocation(database.url))).rejects.toMatchObject({ fault: "schema_newer" });
  }, 30_000);

  test("is completed by the next server when a step was interrupted", async () => {
    await using database = await (await sharedMariadb()).freshDatabase();
    const [first, second] = MYSQL_MIGRATIONS[0]?.sql.split(/;\s*$/m) ?? [];
    await database.query(first ?? "");
    await database.query(second ?? "");
    await expect(openMysqlStore(mysqlLocation(database.url))).rejects.toMatchObject({ fault: "not_usermeta" });
    await database.query(
      "CREATE TABLE usermeta_schema (one TINYINT PRIMARY KEY, version INT, oldest INT, migrator CHAR(36), beat BIGINT)",
    );
    await database.query("INSERT INTO usermeta_schema VALUES (1, 0, 0, NULL, 7)");
    await using store = await openMysqlStore(mysqlLocation(database.url));
    expect(await store.apps()).toEqual([]);
  }, 30_000);

  test("is not created beside another program's tables", async () => {
    await using database = await (await sharedMariadb()).freshDatabase();
    await database.query("CREATE TABLE theirs (n INT)");
    await expect(openMysqlStore(mysqlLocation(database.url))).rejects.toMatchObject({ fault: "not_usermeta" });
    expect(await database.query("SHOW TABLES")).toHaveLength(1);
  });

  test("of an older version is refused at opening, for a server too; brought up to date before, it is opened", async () => {
    await using database = await (await sharedMariadb()).freshDatabase();
    const location = mysqlLocation(database.url);
    await makeOlderMysql(database, 1);
    const before = await mysqlSchema(database);
    await expect(openMysqlStore(location, { exclusive: true })).rejects.toMatchObject({ fault: "schema_older" });
    expect(await mysqlSchema(database)).toEqual(before);
    await migrateForServer(location);
    expect(await mysqlSchema(database)).not.toEqual(before);
    await using store = await openMysqlStore(location, { exclusive: true });
    expect(await store.userById(1, "user-id")).toMatchObject({ name: OLDER_USER });
  });

  test("is not made for a server whose database is empty", async () => {
    await using database = await (await sharedMariadb()).freshDatabase();
    await migrateForServer(mysqlLocation(database.url));
    expect(await database.query("SHOW TABLES")).toEqual([]);
  });

  test("must exist for a caller that requires it", async () => {
    await using database = await (await sharedMariadb()).freshDatabase();
    const opening = openMysqlStore(mysqlLocation(database.url), { schema: "as found" });
    await expect(opening).rejects.toMatchObject({ fault: "not_usermeta" });
    expect(await database.query("SHOW TABLES")).toEqual([]);
  });
});

async function migrateWith(database: TestDatabase, migrations: readonly Migration[]): Promise<number> {
  const location = mysqlLocation(database.url);
  const hosts = new Hosts(location.hosts);
  const session = new Session(location, hosts);
  const beating = new Session(location, hosts);
  try {
    const { from, to } = await migrate(migrationTarget(location, session, beating), migrations, "migrate");
    return to - from;
  } finally {
    await Promise.all([session.close(), beating.close()]);
  }
}
