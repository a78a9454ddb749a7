import { describe, expect, test } from "bun:test";
import type { MysqlHost } from "../../src/store/mysql/connection/location.ts";
import { type MysqlStore, openMysqlStore } from "../../src/store/mysql/store.ts";
import { TcpGate } from "../cluster/tcp-gate.ts";
import { addApp, addUsers, newUser } from "../contract/open-for-test.ts";
import { makeAccount, mariadbIsMissing, sharedMariadb, type TestDatabase } from "../harness/mariadb.ts";
import { MariadbServer } from "../harness/mariadb-server.ts";
import { lanesOf, mysqlFixture, sized, stored, userAt } from "./mysql-fixture.ts";
import { mysqlLocation } from "./mysql-location.ts";

const ADA = userAt(0);
const TIMEOUT_MS = 2000;
/** After this time a host that does not respond is left. */
const ATTEMPT_MS = TIMEOUT_MS / 2;

describe.skipIf(mariadbIsMissing())("of several hosts", () => {
  for (const state of ["swallow", "refuse"] as const) {
    test(`the next takes over when the first begins to ${state}: no call fails, and no later call waits for the first`, async () => {
      await using stack = new AsyncDisposableStack();
      const fixture = stack.use(await mysqlFixture(10));
      const { port } = await sharedMariadb();
      const gate = stack.use(await TcpGate.before(port));
      const store = stack.use(await openAt(fixture.database, [gate.port, port]));
      const users = Array.from({ length: 10 }, (_, index) => userAt(index));
      const reads = await Promise.all(users.map((user) => stored(store, fixture.app, user)));
      const { number } = fixture.app;

      gate.set(state);
      const from = performance.now();
      const [outcomes, inserted] = await Promise.all([
        Promise.all(reads.map((read, index) => store.writeAttributes(sized(fixture.app, userAt(index), read, 10)))),
        store.insertUsers(number, [newUser("new")]),
        ...users.map((user) => stored(store, fixture.app, user)),
        store.publishDemand([]),
        store.ping(),
      ]);
      expect(performance.now() - from).toBeLessThan(ATTEMPT_MS + 300);
      expect(outcomes).toEqual(users.map(() => "written"));
      expect(inserted).toEqual(["inserted"]);

      // One at a time, so that every connection still open to the first host would show.
      const slowest = { ms: 0 };
      for (const user of users) {
        const started = performance.now();
        const read = await stored(store, fixture.app, user);
        expect(await store.writeAttributes(sized(fixture.app, user, read, 20))).toBe("written");
        await store.user(number, user);
        await store.changeUser(number, user, { revokeTokens: true }, 2000);
        slowest.ms = Math.max(slowest.ms, performance.now() - started);
      }
      expect(slowest.ms).toBeLessThan(ATTEMPT_MS);
      expect((await lanesOf(fixture.database, fixture.app)).used).toBe(200);
    });
  }

  test("a read-only host is replaced by the next", async () => {
    await using stack = new AsyncDisposableStack();
    const { port, query, freshDatabase } = await sharedMariadb();
    const database = stack.use(await freshDatabase());
    const replica = stack.use(await MariadbServer.start());
    await makeAccount(replica);
    await replica.query(`CREATE DATABASE ${database.name} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
    // As after a replication: both hold the app and its user.
    for (const own of [replica.port, port]) {
      await using alone = await openAt(database, [own]);
      await addUsers(alone, await addApp(alone), ADA);
    }
    const [row] = await replica.query("SELECT id FROM users", [], database.name);
    await query("UPDATE users SET id = ?", [row?.id], database.name);
    const store = stack.use(await openAt(database, [replica.port, port]));
    const [app] = await store.apps();
    if (app === undefined) throw new Error("no app");
    await replica.query("SET GLOBAL read_only = 1");
    expect(await store.writeAttributes(sized(app, ADA, await stored(store, app, ADA), 10))).toBe("written");
    expect((await stored(store, app, ADA)).bytes).toBe(10);
    expect(await query("SELECT bytes FROM users", [], database.name)).toEqual([{ bytes: 10 }]);
    expect(await replica.query("SELECT bytes FROM users", [], database.name)).toEqual([{ bytes: 0 }]);
  }, 60_000);
});

async function openAt(database: TestDatabase, ports: readonly [number, ...number[]]): Promise<MysqlStore> {
  const host = (port: number): MysqlHost => ({ hostname: "127.0.0.1", port });
  const [first, ...others] = ports;
  const location = { ...mysqlLocation(database.url, TIMEOUT_MS), hosts: [host(first), ...others.map(host)] as const };
  return await openMysqlStore(location, { exclusive: true });
}
