import { describe, expect, test } from "bun:test";
import { openMysqlStore } from "../../src/store/mysql/store.ts";
import { mariadbIsMissing, sharedMariadb } from "../harness/mariadb.ts";
import { type MysqlFixture, mysqlFixture, sized, stored, userAt } from "./mysql-fixture.ts";
import { mysqlLocation } from "./mysql-location.ts";
import { faultOf } from "./sqlite-fixture.ts";

describe.skipIf(mariadbIsMissing())("ping", () => {
  test("leaves nothing behind, however many servers ping at the same time", async () => {
    await using fixture = await mysqlFixture(1);
    const stores = [fixture.store, await fixture.another(), await fixture.another()];
    const pings = await Promise.all([...stores, ...stores].map((store) => store.ping()));
    expect(pings).toEqual(pings.map(() => []));
    expect(await fixture.database.query("SELECT name FROM users WHERE app = 0")).toEqual([]);
    expect(await fixture.database.query("SELECT lane FROM app_usage WHERE app = 0")).toEqual([]);
  });

  test("is refused like sets when the database accepts no writes", async () => {
    await using fixture = await mysqlFixture(1);
    const { store, app } = fixture;
    const read = await stored(store, app, userAt(0));
    const mariadb = await sharedMariadb();
    await mariadb.query("SET GLOBAL read_only = 1");
    try {
      expect(await faultOf(store.ping())).toMatchObject({ nothingStored: true });
      expect(await faultOf(store.writeAttributes(sized(app, userAt(0), read, 50)))).toMatchObject({
        nothingStored: true,
      });
    } finally {
      await mariadb.query("SET GLOBAL read_only = 0");
    }
    expect(await store.ping()).toEqual([]);
  }, 30_000);

  for (const withheld of ["users", "app_usage"]) {
    test(`is refused like sets when the account may not write ${withheld}`, async () => {
      await using fixture = await mysqlFixture(1);
      await using limited = await limitedAccount(fixture, withheld);
      const location = mysqlLocation(limited.url);
      await using store = await openMysqlStore(location, { exclusive: true });
      const read = await stored(store, fixture.app, userAt(0));
      const fault = await faultOf(store.writeAttributes(sized(fixture.app, userAt(0), read, 50)));
      expect(await faultOf(store.ping())).toMatchObject({ fault: fault.fault, nothingStored: true });
      await limited.allow();
      expect(await store.writeAttributes(sized(fixture.app, userAt(0), read, 50))).toBe("written");
      expect(await store.ping()).toEqual([]);
    }, 30_000);
  }
});

/** An account that may write to all tables but one. */
async function limitedAccount({ database }: MysqlFixture, withheld: string) {
  const mariadb = await sharedMariadb();
  const user = `limited_${withheld}`;
  await mariadb.query(`CREATE OR REPLACE USER ${user}@'%' IDENTIFIED BY 'secret'`);
  await mariadb.query(`GRANT SELECT ON ${database.name}.* TO ${user}@'%'`);
  for (const row of await database.query("SHOW TABLES")) {
    const [table] = Object.values(row);
    if (table !== withheld) await mariadb.query(`GRANT ALL ON ${database.name}.${table} TO ${user}@'%'`);
  }
  return {
    url: `mysql://${user}:secret@127.0.0.1:${mariadb.port}/${database.name}`,
    allow: () => mariadb.query(`GRANT ALL ON ${database.name}.${withheld} TO ${user}@'%'`),
    [Symbol.asyncDispose]: async () => void (await mariadb.query(`DROP USER ${user}@'%'`)),
  };
}
