import { describe, expect, test } from "bun:test";
import type { StoredAttributes } from "../../src/core/ports/attribute-store.ts";
import { mariadbIsMissing } from "../harness/mariadb.ts";
import { lanesOf, mysqlFixture, sized, stored, userAt } from "./mysql-fixture.ts";

const USERS = 18;
const ROUNDS = 6;
const WRITES_PER_USER = 6;
const LIMITS = [400, 700] as const;

describe.skipIf(mariadbIsMissing())("concurrent writes of three processes, each under one of two limits,", () => {
  /**
   * Users only grow within a round, so that the usage at a commit lies between what was acknowledged when the write was
   * sent and everything that may have been written when it was answered.
   */
  test("are written only while the usage is within the limit they name, and full only when it is not", async () => {
    await using fixture = await mysqlFixture(USERS);
    const { app, database } = fixture;
    const stores = [fixture.store, await fixture.another(), await fixture.another()];
    const outcomes = { written: 0, full: 0, conflict: 0, unauthorised: 0 };
    for (let round = 0; round < ROUNDS; round++) {
      let acknowledged = 0;
      let perhaps = 0;
      const grow = async (user: number): Promise<void> => {
        let read: StoredAttributes = await stored(fixture.store, app, userAt(user));
        for (let write = 0; write < WRITES_PER_USER; write++) {
          const growth = 1 + ((user * 7 + write * 11 + round * 5) % 30);
          const limit = LIMITS[(user + write + round) % 2] ?? 0;
          const store = stores[(user + write) % 3] ?? fixture.store;
          const asked = sized(app, userAt(user), read, read.bytes + growth, limit);
          const least = acknowledged + growth;
          perhaps += growth;
          const outcome = await store.writeAttributes(asked);
          outcomes[outcome] += 1;
          if (outcome === "written") {
            expect(least).toBeLessThanOrEqual(limit);
            acknowledged += growth;
            read = { ...read, bytes: asked.bytes, version: asked.version + 1, modified: asked.modified };
          } else {
            expect(perhaps).toBeGreaterThan(limit);
            perhaps -= growth;
          }
        }
      };
      await Promise.all(Array.from({ length: USERS }, (_, user) => grow(user)));
      expect((await lanesOf(database, app)).used).toBe(acknowledged);
      expect(acknowledged).toBeLessThanOrEqual(LIMITS[1]);
      for (let user = 0; user < USERS; user++) {
        await stores[user % 3]?.clearAttributes(app.number, userAt(user), 2000);
      }
      expect((await lanesOf(database, app)).used).toBe(0);
    }
    expect(outcomes.conflict).toBe(0);
    expect(outcomes.full).toBeGreaterThan(100);
    expect(outcomes.written).toBeGreaterThan(100);
  }, 30_000);

  test("do not block each other when one frees the space that another needs", async () => {
    await using fixture = await mysqlFixture(3);
    const { store, app, database } = fixture;
    const write = async (user: number, bytes: number, limit: number) =>
      store.writeAttributes(sized(app, userAt(user), await stored(store, app, userAt(user)), bytes, limit));
    expect([await write(0, 300, 1000), await write(1, 300, 1000)]).toEqual(["written", "written"]);
    // Both in one transaction, under a limit that the app exceeds.
    expect(await Promise.all([write(2, 50, 500), write(1, 100, 500)])).toEqual(["written", "written"]);
    expect((await lanesOf(database, app)).used).toBe(450);
    expect(await Promise.all([write(2, 101, 500), write(1, 99, 500)])).toEqual(["written", "written"]);
    expect(await Promise.all([write(2, 103, 500), write(1, 98, 500)])).toEqual(["full", "written"]);
  });
});
