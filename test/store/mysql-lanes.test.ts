import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { WriteOutcome } from "../../src/core/ports/attribute-store.ts";
import type { MysqlStore } from "../../src/store/mysql/store.ts";
import { mariadbIsMissing } from "../harness/mariadb.ts";
import { lanesOf, type MysqlFixture, mysqlFixture, sized, stored, userAt } from "./mysql-fixture.ts";

const USERS = 12;

/** The processes get the calls in turn, each with lanes of its own. */
interface Processes extends AsyncDisposable {
  readonly fixture: MysqlFixture;
  readonly stores: readonly [MysqlStore, MysqlStore, MysqlStore];
  /** Replaces a user's attributes, whatever they are, with that many bytes. */
  write(store: MysqlStore, user: number, bytes: number, limit: number): Promise<WriteOutcome>;
  used(): Promise<number>;
}

describe.skipIf(mariadbIsMissing())("an app's usage in lanes", () => {
  test("is full to the byte through every process, and not a byte before", async () => {
    await using processes = await threeProcesses();
    const { stores, write, used } = processes;
    const [first, second, third] = stores;
    expect(await write(first, 0, 400, 1000)).toBe("written");
    expect(await write(second, 1, 400, 1000)).toBe("written");
    expect(await write(third, 2, 201, 1000)).toBe("full");
    expect(await write(third, 2, 200, 1000)).toBe("written");
    for (const [index, store] of stores.entries()) expect(await write(store, 3 + index, 1, 1000)).toBe("full");
    // Another process can use a returned grant.
    expect(await write(first, 1, 100, 1000)).toBe("written");
    expect(await write(third, 3, 301, 1000)).toBe("full");
    expect(await write(third, 3, 300, 1000)).toBe("written");
    expect(await used()).toBe(1000);
  });

  test("follows a limit that is lowered and raised, through every process", async () => {
    await using processes = await threeProcesses();
    const { stores, write, used } = processes;
    const [first, second, third] = stores;
    for (const [index, store] of stores.entries()) expect(await write(store, index, 300, 1000)).toBe("written");
    // Lowered below the usage: no set may grow, every set may shrink, even if usage stays above the limit.
    for (const [index, store] of stores.entries()) expect(await write(store, index, 301, 500)).toBe("full");
    expect(await write(second, 0, 200, 500)).toBe("written");
    expect(await write(second, 1, 201, 500)).toBe("written");
    // No lane can use the returned grant while the app exceeds its limit.
    expect(await write(second, 1, 202, 500)).toBe("full");
    expect(await write(third, 2, 99, 500)).toBe("written");
    expect(await write(first, 5, 1, 500)).toBe("full");
    expect(await write(first, 2, 90, 500)).toBe("written");
    expect(await write(first, 5, 9, 500)).toBe("written");
    expect(await write(third, 6, 1, 500)).toBe("full");
    expect(await write(third, 6, 1, 501)).toBe("written");
    expect(await write(second, 7, 499, 1000)).toBe("written");
    expect(await used()).toBe(1000);
    expect(await write(first, 8, 1, 1000)).toBe("full");
  });

  test("equals one sum, whichever process writes under whichever limit", async () => {
    await using processes = await threeProcesses();
    const { fixture, stores, write, used } = processes;
    const step = fc.record({
      store: fc.integer({ min: 0, max: 2 }),
      user: fc.integer({ min: 0, max: USERS - 1 }),
      bytes: fc.integer({ min: 0, max: 120 }),
      limit: fc.constantFrom(300, 500, 500, 500, 900),
    });
    const model = new Map<number, number>();
    const outcomes = { written: 0, full: 0, conflict: 0, unauthorised: 0 };
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 20 }), async (steps) => {
        for (const { store, user, bytes, limit } of steps) {
          const before = model.get(user) ?? 0;
          const sum = [...model.values()].reduce((total, each) => total + each, 0) - before + bytes;
          const outcome = await write(stores[store] ?? stores[0], user, bytes, limit);
          expect([steps.length, outcome]).toEqual([steps.length, bytes > before && sum > limit ? "full" : "written"]);
          if (outcome === "written") model.set(user, bytes);
          outcomes[outcome] += 1;
        }
        expect(await used()).toBe([...model.values()].reduce((total, each) => total + each, 0));
      }),
      { numRuns: 25 },
    );
    expect(outcomes.full).toBeGreaterThan(50);
    expect(outcomes.written).toBeGreaterThan(50);
    expect(fixture.app.number).toBeGreaterThan(0);
  }, 30_000);

  test("is never exceeded by three concurrent processes, and is the sum when they are done", async () => {
    await using processes = await threeProcesses();
    const { fixture, stores, write, used } = processes;
    const limit = USERS * 60;
    const outcomes = new Map<WriteOutcome, number>();
    let isWriting = true;
    const watching = (async () => {
      while (isWriting) {
        const [row] = await fixture.database.query("SELECT SUM(bytes) AS bytes FROM users");
        expect(Number(row?.bytes)).toBeLessThanOrEqual(limit);
      }
    })();
    await Promise.all(
      Array.from({ length: USERS }, async (_, user) => {
        for (let round = 0; round < 25; round++) {
          const bytes = 20 + ((user * 37 + round * 53) % 100);
          const store = stores[(user + round) % 3] ?? stores[0];
          const outcome = await write(store, user, bytes, limit);
          outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
        }
      }),
    );
    isWriting = false;
    await watching;
    expect(outcomes.get("full")).toBeGreaterThan(0);
    expect(outcomes.get("written")).toBeGreaterThan(50);
    const room = limit - (await used());
    const [first, second] = stores;
    const { bytes } = await stored(first, fixture.app, userAt(0));
    expect(await write(second, 0, bytes + room + 1, limit)).toBe("full");
    expect(await write(first, 0, bytes + room, limit)).toBe("written");
    expect(await used()).toBe(limit);
  }, 30_000);
});

async function threeProcesses(): Promise<Processes> {
  const fixture = await mysqlFixture(USERS);
  const stores = [fixture.store, await fixture.another(), await fixture.another()] as const;
  return {
    fixture,
    stores,
    async write(store, user, bytes, limit) {
      const name = userAt(user);
      return await store.writeAttributes(
        sized(fixture.app, name, await stored(store, fixture.app, name), bytes, limit),
      );
    },
    async used() {
      const { used } = await lanesOf(fixture.database, fixture.app);
      for (const store of stores) expect(await store.usage(fixture.app.number)).toBe(used);
      return used;
    },
    [Symbol.asyncDispose]: () => fixture[Symbol.asyncDispose](),
  };
}
