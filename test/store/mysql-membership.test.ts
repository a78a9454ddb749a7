import { describe, expect, test } from "bun:test";
import type { Demand } from "../../src/core/ports/cluster-store.ts";
import { openMysqlStore } from "../../src/store/mysql/store.ts";
import { newCommitId } from "../../src/store/mysql/transaction/commits.ts";
import { mariadbIsMissing, sharedMariadb } from "../harness/mariadb.ts";
import { mysqlFixture, sized, stored, userAt } from "./mysql-fixture.ts";
import { mysqlLocation } from "./mysql-location.ts";

const demand = (perSecond: number): readonly Demand[] => [{ app: 1, bucket: 0, perSecond }];

describe.skipIf(mariadbIsMissing())("the servers of one store", () => {
  test("learn each other's demand, and notice immediately when one leaves", async () => {
    await using fixture = await mysqlFixture(1);
    const { store } = fixture;
    const second = await fixture.another();
    const third = await fixture.another();
    await second.publishDemand(demand(20));
    await third.publishDemand(demand(30));
    const heard = await store.publishDemand(demand(10));
    expect(heard.toSorted((a, b) => (a[0]?.perSecond ?? 0) - (b[0]?.perSecond ?? 0))).toEqual([demand(20), demand(30)]);
    await third[Symbol.asyncDispose]();
    expect(await store.publishDemand([])).toEqual([demand(20)]);
    expect(await second.publishDemand([])).toEqual([[]]);
  });

  test("drop a server that falls silent: after a second if it had demand", async () => {
    await using fixture = await mysqlFixture(1);
    const { store } = fixture;
    const busy = await fixture.another();
    await fixture.another();
    await busy.publishDemand(demand(20));
    expect(await store.publishDemand([])).toHaveLength(2);
    const from = performance.now();
    while ((await store.publishDemand([])).length === 2) await Bun.sleep(20);
    expect(performance.now() - from).toBeWithin(900, 1500);
    while ((await store.publishDemand([])).length === 1) await Bun.sleep(20);
    expect(performance.now() - from).toBeWithin(2400, 3200);
    // It is seen again when its heartbeat resumes.
    await busy.publishDemand(demand(5));
    expect(await store.publishDemand([])).toEqual([demand(5)]);
  }, 20_000);

  test("never have the same slot, and so never the same lane, even if ten start at the same time", async () => {
    await using stack = new AsyncDisposableStack();
    const database = stack.use(await (await sharedMariadb()).freshDatabase());
    const location = mysqlLocation(database.url);
    // The database is empty: one of them makes the schema.
    const stores = await Promise.all(Array.from({ length: 10 }, () => openMysqlStore(location, { exclusive: true })));
    for (const store of stores) stack.use(store);
    const rows = await database.query("SELECT slot FROM servers ORDER BY slot");
    expect(rows.map(({ slot }) => slot)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    await stores[3]?.[Symbol.asyncDispose]();
    stack.use(await openMysqlStore(location, { exclusive: true }));
    expect(await database.query("SELECT slot FROM servers ORDER BY slot")).toHaveLength(10);
  });

  test("register again when their row was removed as that of a dead server", async () => {
    await using fixture = await mysqlFixture(1);
    const { store, app, database } = fixture;
    await database.query("DELETE FROM servers");
    await store.publishDemand([]);
    await store.publishDemand([]);
    expect(await database.query("SELECT slot FROM servers")).toEqual([{ slot: 0 }]);
    const read = await stored(store, app, userAt(0));
    expect(await store.writeAttributes(sized(app, userAt(0), read, 9))).toBe("written");
  });

  test("create commit ids that are ordered by time and unique", () => {
    const ids = Array.from({ length: 1000 }, () => Buffer.from(newCommitId()).toString("hex"));
    expect(new Set(ids).size).toBe(1000);
    const times = ids.map((id) => id.slice(0, 12));
    expect(times).toEqual(times.toSorted());
  });
});
