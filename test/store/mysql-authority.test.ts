import { describe, expect, test } from "bun:test";
import { isUnavailable } from "../../src/core/faults/store-failure.ts";
import type { App } from "../../src/core/model.ts";
import type { StoredAttributes } from "../../src/core/ports/attribute-store.ts";
import type { Store } from "../../src/core/ports/store.ts";
import { type Authority, NEVER_ENDED } from "../../src/core/ports/terms.ts";
import { addApp, addUsers, freshId, newUser } from "../contract/open-for-test.ts";
import { eventually } from "../harness/eventually.ts";
import { mariadbIsMissing, type TestDatabase } from "../harness/mariadb.ts";
import { lanesOf, mysqlFixture, sized, stored, userAt } from "./mysql-fixture.ts";
import { lockForeign } from "./mysql-foreign.ts";
import { QueriesSent } from "./queries-sent.ts";

const USERS = 400;
const LOOPS = 8;
/** Calls that complete before the authority is revoked. */
const BEFORE = 24;
const ASKER = userAt(0);

/** One of many concurrent calls. @returns "unauthorised" when it was that */
type Call = (store: Store, app: App, loop: number, round: number, authority: Authority) => Promise<unknown>;

const CALLS: Readonly<Record<string, Call>> = {
  "sets of the asking user": (store, app, loop, round, authority) =>
    set(store, app, 0, 1 + ((loop + round) % 50), authority),
  "sets of others": (store, app, loop, round, authority) => set(store, app, 1 + loop, 1 + (round % 50), authority),
  "sets of many": async (store, app, loop, round, authority) => {
    const writes = await Promise.all([1, 2].map((half) => sizedAt(store, app, half * LOOPS + loop, 1 + (round % 50))));
    return (await store.writeAttributesOf(writes, round % 2 === 0, terms(authority)))[0];
  },
  removals: async (store, app, loop, _round, authority) =>
    (await store.clearAttributes(app.number, userAt(1 + loop), 3000, authority)) ??
    set(store, app, 1 + loop, 5, authority),
  "new users": (store, app, loop, round, authority) =>
    store.insertUsers(app.number, [newUser(`new-${loop}-${round}`)], authority),
  "changes of users": (store, app, loop, round, authority) =>
    store.changeUser(app.number, userAt(1 + loop), { passwordHash: `${round}` }, 3000, { authority }),
  "deletions of users": (store, app, loop, round, authority) =>
    store.deleteUsers(app.number, [userAt(1 + loop + LOOPS * round)], 3000, { authority }),
};

const ENDS: Readonly<Record<string, (store: Store, app: App) => Promise<unknown>>> = {
  "all tokens of the app": (store, { number }) => store.changeApp(number, { revokeTokens: true }, 4000),
  "the admins' tokens": (store, { number }) => store.changeApp(number, { revokeAdminTokens: true }, 4000),
  registration: (store, { number }) => store.changeApp(number, { registration: "authorised" }, 4000),
  "the user's tokens": (store, { number }) => store.changeUser(number, ASKER, { revokeTokens: true }, 4000),
  "the user's being activated": (store, { number }) => store.changeUser(number, ASKER, { activated: false }, 4000),
  "the user": (store, { number }) => store.deleteUsers(number, [ASKER], 4000),
};

describe.skipIf(mariadbIsMissing())("no call sees an authority after another process has ended it:", () => {
  for (const [what, call] of Object.entries(CALLS)) {
    for (const [ended, end] of Object.entries(ENDS)) {
      test(`${what} when ${ended} ends`, async () => {
        await using fixture = await mysqlFixture(USERS);
        const { app, database } = fixture;
        const stores = [await fixture.another(), await fixture.another()];
        const authority: Authority = {
          appEndedMax: 0,
          adminEndedMax: 0,
          user: { id: (await stored(fixture.store, app, ASKER)).userId, name: ASKER, endedMax: 0 },
          registrations: [null],
        };
        let carriedOut = 0;
        const loops = Array.from({ length: LOOPS }, async (_, loop) => {
          for (let round = 0; ; round++) {
            const store = stores[loop % 2] ?? fixture.store;
            const outcome = await untilFree(() => call(store, app, loop, round, authority));
            if (outcome === "unauthorised") return;
            carriedOut += 1;
          }
        });
        await eventually(async () => expect(carriedOut).toBeGreaterThan(BEFORE));
        await untilFree(() => end(fixture.store, app));
        const look = () =>
          database.query("SELECT name, id, version, modified, password_hash FROM users WHERE app = ? ORDER BY name", [
            app.number,
          ]);
        const seen = await look();
        await Promise.all(loops);
        expect(await look()).toEqual(seen);
        await lanesOf(database, app);
      }, 30_000);
    }
  }
});

describe.skipIf(mariadbIsMissing())("ending an authority waits for a set that was checked before it,", () => {
  const SETS: Readonly<Record<string, (store: Store, app: App, authority: Authority) => Promise<unknown>>> = {
    "the asking user's": (store, app, authority) => set(store, app, 0, 9, authority),
    "another's, of an admin": (store, app, { user: _, ...authority }) => set(store, app, 1, 9, authority),
    "all or nothing": async (store, app, authority) =>
      store.writeAttributesOf([await sizedAt(store, app, 1, 9)], true, terms(authority)),
  };
  for (const [what, ask] of Object.entries(SETS)) {
    for (const [ended, end] of Object.entries(ENDS)) {
      if (what.includes("admin") && ended.includes("user")) continue;
      test(`${what}, when ${ended} ends`, async () => {
        await using fixture = await mysqlFixture(2);
        const { app, database } = fixture;
        const other = await fixture.another();
        // Sets one after the other use one lane, which the first creates: the next set waits for it at its very end.
        const store = await fixture.another();
        const authority = await authorityOfAsker(store, app);
        expect([await ask(store, app, authority)].flat()).toEqual(["written"]);
        const written = () => database.query("SELECT name, version FROM users WHERE version > 0 ORDER BY name");
        await using lock = await lockForeign(database, "SELECT lane FROM app_usage FOR UPDATE");
        const asked = ask(store, app, authority).catch((error) => expect(error.nothingStored).toBe(true));
        await eventually(async () => expect(await waiting(database)).toBe(1));
        let isEnded = false;
        using sent = new QueriesSent();
        const ending = untilFree(() => end(other, app)).then(async () => {
          isEnded = true;
          return await written();
        });
        // It waits for the app's row, or polls the user's.
        await eventually(async () => expect(isEnded || sent.count > 15 || (await waiting(database)) > 1).toBe(true));
        await lock.release();
        const seen = await ending;
        await asked;
        expect(await written()).toEqual(seen);
      }, 30_000);
    }
  }
});

describe.skipIf(mariadbIsMissing())("in a batch of sets", () => {
  test("each is checked for its own caller, and the others are written", async () => {
    await using fixture = await mysqlFixture(40);
    const { store, database } = fixture;
    const app = await addApp(store, "org/mixed");
    const gone = await addApp(store, "org/gone");
    await addUsers(store, app, ...Array.from({ length: 40 }, (_, index) => userAt(index)));
    await addUsers(store, gone, userAt(0));
    const writes = await Promise.all(
      Array.from({ length: 40 }, async (_, index) => ({ index, write: await sizedAt(store, app, index, 9) })),
    );
    const ofGone = await sizedAt(store, gone, 0, 9);
    const other = await fixture.another();
    await other.changeApp(app.number, { revokeAdminTokens: true }, 2000);
    await other.deleteApp(gone.number, 2000);
    for (const index of [4, 5, 6, 7]) await other.changeUser(app.number, userAt(index), { revokeTokens: true }, 3000);
    await other.deleteUsers(app.number, [userAt(8)], 3000);
    await set(other, app, 9, 3);
    const asked = writes.map(async ({ index, write }) => {
      const user = { id: write.userId, name: write.name, endedMax: index === 4 ? 3000 : 0 };
      const authority =
        index % 10 === 1
          ? { appEndedMax: 0, adminEndedMax: index === 11 ? 2000 : 0 }
          : { appEndedMax: 0, adminEndedMax: NEVER_ENDED, user };
      return await store.writeAttributes(write, index === 5 ? undefined : terms(authority));
    });
    const askedOfGone = store.writeAttributes(ofGone, terms({ appEndedMax: 0, adminEndedMax: 0 }));
    const refused = new Map<number, string>([1, 21, 31, 6, 7, 8].map((index) => [index, "unauthorised"]));
    refused.set(9, "conflict");
    expect(await Promise.all(asked)).toEqual(writes.map(({ index }) => refused.get(index) ?? "written") as never);
    expect(await askedOfGone).toBe("conflict");
    const [row] = await database.query("SELECT COUNT(*) AS count FROM users WHERE bytes = 9");
    expect(row?.count).toBe(40 - refused.size);
  });

  test("two sets of one user and version are distinguished by their authority, whichever comes first", async () => {
    await using fixture = await mysqlFixture(2);
    const { store, app } = fixture;
    await store.changeApp(app.number, { revokeAdminTokens: true }, 2000);
    const id = (await stored(store, app, ASKER)).userId;
    const user = { id, name: ASKER, endedMax: 0 };
    const good: readonly (Authority | undefined)[] = [
      undefined,
      { appEndedMax: 0, adminEndedMax: 2000 },
      { appEndedMax: 0, adminEndedMax: NEVER_ENDED, user },
    ];
    const bad: readonly Authority[] = [
      { appEndedMax: 0, adminEndedMax: 1999 },
      { appEndedMax: 0, adminEndedMax: 2000, user: { ...user, id: freshId() } },
      { appEndedMax: 0, adminEndedMax: 2000, user: { ...user, endedMax: -1 } },
      { appEndedMax: 0, adminEndedMax: 2000, user: { ...user, name: userAt(1) } },
      { appEndedMax: 0, adminEndedMax: 2000, registrations: ["open"] },
    ];
    for (const allowed of good) {
      for (const ended of bad) {
        const write = await sizedAt(store, app, 0, 9);
        const sets = [allowed, ended, ended, allowed].map((authority) =>
          store.writeAttributes(write, terms(authority)),
        );
        expect(await Promise.all(sets)).toEqual(["written", "unauthorised", "unauthorised", "conflict"]);
        const again = await sizedAt(store, app, 0, 9);
        const others = [ended, allowed].map((authority) => store.writeAttributes(again, terms(authority)));
        expect(await Promise.all(others)).toEqual(["unauthorised", "written"]);
      }
    }
  });

  test("sets of an app whose row another client has locked are refused in time, and those of other apps succeed", async () => {
    await using fixture = await mysqlFixture(20);
    const { store, app, database } = fixture;
    const other = await addApp(store, "org/other");
    await addUsers(store, other, ...Array.from({ length: 20 }, (_, index) => userAt(index)));
    const authority = { appEndedMax: 0, adminEndedMax: 0 };
    const refused: Promise<unknown>[] = [];
    using sent = new QueriesSent();
    {
      await using _lock = await lockForeign(database, `SELECT * FROM apps WHERE number = ${app.number} FOR UPDATE`);
      for (let round = 0; round < 5; round++) {
        const free: Promise<unknown>[] = [];
        for (let index = 0; index < 20; index++) {
          const asked = set(store, app, index, 9, authority);
          refused.push(asked.catch((error) => `${error.fault} ${error.nothingStored}`));
          free.push(set(store, other, index, 10 + round, authority));
        }
        expect(new Set(await Promise.all(free))).toEqual(new Set(["written"]));
      }
      expect(new Set(await Promise.all(refused))).toEqual(new Set(["busy true"]));
    }
    expect(sent.count).toBeLessThan(1400);
    expect(await set(store, app, 0, 9, authority)).toBe("written");
  }, 30_000);

  test("a set refused for its authority is not answered from memory either", async () => {
    await using fixture = await mysqlFixture(1);
    const store = await fixture.another({ cacheBytes: 1_000_000, stalenessMs: 60_000 });
    const { app } = fixture;
    await set(store, app, 0, 9);
    await stored(store, app, ASKER);
    await set(fixture.store, app, 0, 5);
    await fixture.store.changeApp(app.number, { revokeTokens: true }, 2000);
    const authority = { appEndedMax: 0, adminEndedMax: 0 };
    const write = await sizedAt(fixture.store, app, 0, 7);
    expect(await store.writeAttributes(write, terms(authority))).toBe("unauthorised");
    expect((await stored(store, app, ASKER)).bytes).toBe(5);
  });
});

/** With every authority that can be revoked. */
async function authorityOfAsker(store: Store, app: App): Promise<Authority> {
  const { userId: id } = await stored(store, app, ASKER);
  return { appEndedMax: 0, adminEndedMax: 0, user: { id, name: ASKER, endedMax: 0 }, registrations: [null] };
}

/** Transactions of the whole server that wait for a row. */
async function waiting(database: TestDatabase): Promise<number> {
  const [row] = await database.query("SHOW GLOBAL STATUS LIKE 'Innodb_row_lock_current_waits'");
  return Number(row?.Value);
}

/** All of them need the row of the calling user: on a busy machine a call may have to be repeated. */
async function untilFree<T>(asked: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await asked();
    } catch (error) {
      if (!isUnavailable(error)) throw error;
    }
  }
}

function set(store: Store, app: App, user: number, bytes: number, authority?: Authority): Promise<string> {
  return sizedAt(store, app, user, bytes).then((write) => store.writeAttributes(write, terms(authority)));
}

async function sizedAt(store: Store, app: App, user: number, bytes: number) {
  return sized(app, userAt(user), await readOf(store, app, user), bytes);
}

/** Of a user that no longer exists, and that no row has. */
async function readOf(store: Store, app: App, user: number): Promise<StoredAttributes> {
  const gone = { userId: freshId(), json: "{}", bytes: 0, version: 0, modified: 1 };
  return (await store.attributes(app.number, userAt(user), "write")) ?? gone;
}

function terms(authority: Authority | undefined) {
  return { account: "1/somebody", waitMaxMs: 1500, authority };
}
