import { describe, expect, test } from "bun:test";
import { type Connection, createConnection } from "mysql2/promise";
import { mariadbIsMissing, sharedMariadb } from "../harness/mariadb.ts";
import { type MysqlFixture, mysqlFixture, sized, stored, userAt } from "./mysql-fixture.ts";
import { QueriesSent } from "./queries-sent.ts";

const MANY = 200;

describe.skipIf(mariadbIsMissing())("waiting calls are batched:", () => {
  test("200 sets of different users are a few transactions, and 500 reads a few queries", async () => {
    await using fixture = await mysqlFixture(MANY);
    const { store, app, database } = fixture;
    const reads = await Promise.all(users(MANY).map((user) => stored(store, app, user)));
    const before = await transactions(fixture);
    const outcomes = await Promise.all(
      users(MANY).map((user, index) => store.writeAttributes(sized(app, user, reads[index] ?? never(), 9))),
    );
    expect(outcomes).toEqual(users(MANY).map(() => "written"));
    expect((await transactions(fixture)) - before).toBeLessThan(10);
    using sent = new QueriesSent();
    await Promise.all(Array.from({ length: 500 }, (_, index) => stored(store, app, userAt(index % MANY))));
    expect(sent.count).toBeLessThan(10);
    expect(await database.query("SELECT COUNT(*) AS count FROM users WHERE bytes = 9")).toEqual([{ count: MANY }]);
  });

  test("outdated sets fail alone", async () => {
    await using fixture = await mysqlFixture(50);
    const { store, app } = fixture;
    const reads = await Promise.all(users(50).map((user) => stored(store, app, user)));
    const other = await fixture.another();
    const outdated = [3, 17, 49];
    for (const index of outdated) await other.writeAttributes(sized(app, userAt(index), reads[index] ?? never(), 5));
    await other.deleteUsers(app.number, [userAt(20)], 2000);
    const outcomes = await Promise.all(
      users(50).map((user, index) => store.writeAttributes(sized(app, user, reads[index] ?? never(), 9))),
    );
    const lost = new Set([...outdated, 20]);
    expect(outcomes).toEqual(users(50).map((_, index) => (lost.has(index) ? "conflict" : "written")));
    // The one that was deleted has not come back.
    expect(await store.attributes(app.number, userAt(20))).toBeUndefined();
  });

  test("a set whose row another client has locked waits, and the other sets do not fail with it", async () => {
    await using fixture = await mysqlFixture(20);
    const { store, app } = fixture;
    const reads = await Promise.all(users(20).map((user) => stored(store, app, user)));
    const foreign = await foreignConnection(fixture);
    await foreign.query("START TRANSACTION");
    await foreign.query("SELECT id FROM users WHERE app = ? AND name = ? FOR UPDATE", [app.number, userAt(7)]);
    const outcomes = users(20).map((user, index) =>
      store.writeAttributes(sized(app, user, reads[index] ?? never(), 9)),
    );
    const others = await Promise.all(outcomes.filter((_, index) => index !== 7));
    expect(others).toEqual(others.map(() => "written"));
    await foreign.query("ROLLBACK");
    await foreign.end();
    expect(await outcomes[7]).toBe("written");
  }, 30_000);

  test("exactly one of several sets that name the same version is written, through one process or two", async () => {
    await using fixture = await mysqlFixture(20);
    const stores = [fixture.store, await fixture.another()];
    const written = new Map<string, number>();
    for (let round = 0; round < 15; round++) {
      await Promise.all(
        users(20).map(async (user) => {
          const read = await stored(fixture.store, fixture.app, user);
          const outcomes = await Promise.all(
            [0, 1, 0, 1].map((store, index) =>
              (stores[store] ?? fixture.store).writeAttributes(sized(fixture.app, user, read, 5 + index)),
            ),
          );
          expect(outcomes.toSorted()).toEqual(["conflict", "conflict", "conflict", "written"]);
          written.set(user, (written.get(user) ?? 0) + 1);
        }),
      );
    }
    for (const [user, count] of written) {
      const [row] = await fixture.database.query("SELECT version FROM users WHERE name = ?", [user]);
      expect(row?.version).toBe(count);
    }
  }, 30_000);

  test("a read that begins after another process's set was acknowledged sees it", async () => {
    await using fixture = await mysqlFixture(1);
    const { store, app } = fixture;
    const other = await fixture.another();
    for (let bytes = 2; bytes < 60; bytes++) {
      // Some reads are always in flight, sent before the set.
      const early = Array.from({ length: 8 }, () => stored(store, app, userAt(0)));
      const outcome = await other.writeAttributes(sized(app, userAt(0), await stored(other, app, userAt(0)), bytes));
      expect(outcome).toBe("written");
      expect((await stored(store, app, userAt(0))).bytes).toBe(bytes);
      await Promise.all(early);
    }
  });
});

function users(count: number) {
  return Array.from({ length: count }, (_, index) => userAt(index));
}

async function transactions({ database }: MysqlFixture): Promise<number> {
  const [row] = await database.query("SELECT COUNT(*) AS count FROM commits");
  return row?.count;
}

async function foreignConnection({ database }: MysqlFixture): Promise<Connection> {
  const { port } = await sharedMariadb();
  return await createConnection({ host: "127.0.0.1", port, user: "root", database: database.name });
}

function never(): never {
  throw new Error("a user that was not read");
}
