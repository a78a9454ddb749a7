import { describe, expect, test } from "bun:test";
import { Deadline } from "../../src/store/mysql/connection/deadline.ts";
import { Hosts } from "../../src/store/mysql/connection/hosts.ts";
import { Session } from "../../src/store/mysql/connection/session.ts";
import { deleteApp } from "../../src/store/mysql/transaction/app-commands.ts";
import { transact } from "../../src/store/mysql/transaction/transact.ts";
import { eventually } from "../harness/eventually.ts";
import { mariadbIsMissing, sharedMariadb } from "../harness/mariadb.ts";
import { type MysqlFixture, mysqlFixture, sized, stored, userAt } from "./mysql-fixture.ts";
import { mysqlLocation } from "./mysql-location.ts";

const ADA = userAt(0);
const TIMEOUT_MS = 5000;

describe.skipIf(mariadbIsMissing())("an app that another process is deleting", () => {
  for (const bytes of [50, 200]) {
    test(`accepts no set that makes its usage ${bytes < 100 ? "smaller" : "larger"}, and keeps no lane`, async () => {
      await using fixture = await mysqlFixture(1);
      const { store, app, database } = fixture;
      expect(await store.writeAttributes(sized(app, ADA, await stored(store, app, ADA), 100))).toBe("written");
      // It has no lane of the app yet, which the deletion could have locked.
      const other = await fixture.another();
      const read = await stored(other, app, ADA);

      const deleting = await deletingApp(fixture);
      const asked = other.writeAttributes(sized(app, ADA, read, bytes));
      await deleting.isAwaited();
      await deleting.commit();
      expect(await asked).toBe("conflict");
      expect(await database.query("SELECT lane FROM app_usage")).toEqual([]);
    });
  }

  test("keeps no lane that was created where no caller could wait for it", async () => {
    await using fixture = await mysqlFixture(1);
    const { store, app, database } = fixture;
    await store.deleteApp(app.number, 2000);
    await database.query("INSERT INTO app_usage VALUES (?, 5, -5, 0, -1)", [app.number]);
    await store.purge(10);
    expect(await database.query("SELECT lane FROM app_usage")).toEqual([]);
  });
});

/** A transaction that has deleted the app, and is yet to be committed. */
async function deletingApp({ app, database }: MysqlFixture) {
  const location = mysqlLocation(database.url);
  const session = new Session(location, new Hosts(location.hosts));
  const deleted = Promise.withResolvers<void>();
  const committed = Promise.withResolvers<void>();
  const deleting = transact(session, new Deadline(TIMEOUT_MS), async (run) => {
    const result = await deleteApp(run, app.number, 2000);
    deleted.resolve();
    await committed.promise;
    return result;
  });
  await deleted.promise;
  const mariadb = await sharedMariadb();
  return {
    /** Resolves when another transaction waits for it. */
    async isAwaited(): Promise<void> {
      await eventually(async () => {
        const [waits] = await mariadb.query("SHOW GLOBAL STATUS LIKE 'Innodb_row_lock_current_waits'");
        expect(Number(waits?.Value)).toBeGreaterThan(0);
      });
    },
    async commit(): Promise<void> {
      committed.resolve();
      expect(await deleting).toBe(true);
      await session.close();
    },
  };
}
