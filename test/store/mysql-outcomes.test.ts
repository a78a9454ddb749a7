import { describe, expect, test } from "bun:test";
import { sharedUsage } from "../../src/core/admission/usage.ts";
import { Deadline, outcomeMs } from "../../src/store/mysql/connection/deadline.ts";
import { Hosts } from "../../src/store/mysql/connection/hosts.ts";
import { Session } from "../../src/store/mysql/connection/session.ts";
import { transact } from "../../src/store/mysql/transaction/transact.ts";
import { WriteQueue } from "../../src/store/mysql/transaction/write-queue.ts";
import { StoreError } from "../../src/store/store-error.ts";
import { name, newApp, newUser } from "../contract/open-for-test.ts";
import { eventually } from "../harness/eventually.ts";
import { mariadbIsMissing, sharedMariadb } from "../harness/mariadb.ts";
import { CommitCutter, type Cut } from "./mysql-commit-cutter.ts";
import { lanesOf, type MysqlFixture, mysqlFixture, sized, stored, userAt } from "./mysql-fixture.ts";
import { mysqlLocation } from "./mysql-location.ts";

const ADA = userAt(0);
const USERS = 50;
const TIMEOUT_MS = 1000;
/** Well within the time reserved for the outcome of a late commit. */
const SHORTLY_MS = 75;
const NOT_SENT = {
  app: 1,
  name: ADA,
  userId: "1",
  version: 1,
  json: "{}",
  bytes: 0,
  growth: 0,
  modified: 1,
  appBytesMax: 1,
};
/** Than a set may wait while it can still be refused for certain. */
const LONGER_MS = 3000;

describe.skipIf(mariadbIsMissing())("when the answer to a commit is lost", () => {
  for (const cut of ["lost", "unanswered"] as const) {
    describe(cut, () => {
      test("a set is answered as written, and is stored once", async () => {
        await using cutting = await cuttingStore(cut);
        const { fixture, store, cutter } = cutting;
        const before = await stored(store, fixture.app, ADA);
        cutter.next(cut);
        expect(await store.writeAttributes(sized(fixture.app, ADA, before, 20))).toBe("written");
        expect(cutter.left).toBe(0);
        expect(await stored(fixture.store, fixture.app, ADA)).toMatchObject({ bytes: 20, version: before.version + 1 });
        expect(await lanesOf(fixture.database, fixture.app)).toMatchObject({ used: 20 });
      });

      test("all sets of a group are", async () => {
        await using cutting = await cuttingStore(cut);
        const { fixture, store, cutter } = cutting;
        cutter.next(cut);
        const users = Array.from({ length: USERS }, (_, index) => userAt(index));
        const outcomes = await Promise.all(
          users.map(async (user) =>
            store.writeAttributes(sized(fixture.app, user, await stored(store, fixture.app, user), 20)),
          ),
        );
        expect(outcomes).toEqual(users.map(() => "written"));
        expect(cutter.left).toBe(0);
        expect(await lanesOf(fixture.database, fixture.app)).toMatchObject({ used: 20 * users.length });
      });

      test("every other command is carried out once, too", async () => {
        await using cutting = await cuttingStore(cut);
        const { fixture, store, cutter } = cutting;
        const { number } = fixture.app;
        const cutNext = async <T>(call: () => Promise<T>): Promise<T> => {
          cutter.next(cut);
          const answer = await call();
          expect(cutter.left).toBe(0);
          return answer;
        };
        await store.writeAttributes(sized(fixture.app, ADA, await stored(store, fixture.app, ADA), 20));
        const { version } = await stored(store, fixture.app, ADA);
        await cutNext(() => store.clearAttributes(number, ADA, 2000));
        expect(await stored(store, fixture.app, ADA)).toMatchObject({ json: "{}", version: version + 1 });
        expect(await cutNext(() => store.insertUsers(number, [newUser("new")]))).toEqual(["inserted"]);
        const change = { revokeTokens: true } as const;
        expect(await cutNext(() => store.changeUser(number, ADA, change, 2000))).toMatchObject({ name: ADA });
        expect(await cutNext(() => store.deleteUsers(number, [name("new")], 2000))).toHaveLength(1);
        expect(await cutNext(() => store.insertApp(newApp("org/cut")))).toMatchObject({ key: "org/cut" });
        expect(await store.apps()).toHaveLength(2);
        const { changes } = await store.changesSince(0);
        expect(changes.map(({ kind }) => kind)).toEqual(["apps", "user", "user", "apps"]);
      });
    });
  }

  test("an undeterminable outcome is an error in time; the stored state is whole, and the store recovers on its own", async () => {
    await using cutting = await cuttingStore("silent");
    const { fixture, store, cutter } = cutting;
    const before = await stored(store, fixture.app, ADA);
    cutter.next("silent");
    const from = performance.now();
    const failure = await store.writeAttributes(sized(fixture.app, ADA, before, 20)).catch((error) => error);
    expect(performance.now() - from).toBeLessThan(TIMEOUT_MS + 300);
    expect(failure).toBeInstanceOf(StoreError);
    expect(failure.fault).toBe("outcome_unknown");
    cutter.mend();
    const after = await stored(store, fixture.app, ADA);
    expect([0, 20]).toContain(after.bytes);
    expect((await lanesOf(fixture.database, fixture.app)).used).toBe(after.bytes);
    expect(await store.writeAttributes(sized(fixture.app, ADA, after, 30))).toBe("written");
  });

  test("only sets of the commit are unknown: later sets are refused for certain, and are never stored", async () => {
    await using cutting = await cuttingStore("silent", LONGER_MS);
    const { fixture, store, cutter } = cutting;
    const { app } = fixture;
    const reads = await Promise.all([0, 1, 2].map((index) => stored(store, app, userAt(index))));
    const write = async (index: number, bytes: number): Promise<unknown> => {
      const read = reads[index];
      if (read === undefined) throw new Error(`user ${index} was not read`);
      return await store.writeAttributes(sized(app, userAt(index), read, bytes)).catch((error) => error);
    };
    cutter.next("silent");
    const sent = write(0, 20);
    await eventually(async () => expect(cutter.left).toBe(0));
    const later = await Promise.all([write(0, 30), write(1, 30), write(2, 30)]);
    for (const failure of later) expect(failure).toMatchObject({ nothingStored: true });
    expect(await sent).toMatchObject({ fault: "outcome_unknown", nothingStored: false });
    cutter.mend();
    // All calls in flight have ended when their user is written again.
    for (const index of [0, 1, 2]) {
      const before = await stored(store, app, userAt(index));
      expect(index === 0 ? [0, 20] : [0]).toContain(before.bytes);
      expect(await store.writeAttributes(sized(app, userAt(index), before, 40))).toBe("written");
    }
    expect((await lanesOf(fixture.database, app)).used).toBe(120);
  });

  test("a commit that is sent late is still waited for: a part of the timeout is reserved for its answer", async () => {
    const { location } = pendingNeeds();
    // A thread that was suspended at the wrong moment proves nothing.
    for (let isTried = false; !isTried; ) {
      const queue = new WriteQueue(pendingNeeds());
      const from = performance.now();
      const answer = queue.add(NOT_SENT, undefined).catch(({ fault }) => fault);
      const batch = queue.take();
      while (performance.now() < from + location.timeoutMs - SHORTLY_MS) await Bun.sleep(5);
      if (queue.inTime(batch).length === 0 || performance.now() > from + location.timeoutMs) continue;
      queue.markCommitting(batch);
      const sentAt = performance.now();
      while (performance.now() < sentAt + 2 * SHORTLY_MS) await Bun.sleep(5);
      isTried = performance.now() < sentAt + outcomeMs(location.timeoutMs) - SHORTLY_MS;
      const [pending] = batch;
      if (pending !== undefined) queue.settle(pending, "written");
      if (isTried) expect(await answer).toBe("written");
    }
  });

  test("it is refused for certain as soon as its commit is known to have failed", async () => {
    const queue = new WriteQueue(pendingNeeds());
    const answer = queue.add(NOT_SENT, undefined).catch(({ fault, nothingStored }) => [fault, nothingStored]);
    const batch = queue.take();
    queue.markCommitting(batch);
    queue.clearCommitting(batch);
    expect(await answer).toEqual(["busy", true]);
  });

  test("a transaction whose time is over when its commit is sent determines its outcome", async () => {
    await using cutting = await cuttingStore("unanswered");
    const { fixture, cutter } = cutting;
    const session = sessionThrough(cutter, fixture);
    const deadline = new Deadline(2 * TIMEOUT_MS);
    cutter.next("unanswered");
    const value = await transact(session, deadline, async (run) => {
      await run();
      while (!deadline.isOver) await Bun.sleep(5);
      return { keep: true, value: "committed" };
    });
    expect([value, cutter.left]).toEqual(["committed", 0]);
    await session.close();
  });

  test("a transaction reports immediately that its commit has failed, and is run again", async () => {
    await using cutting = await cuttingStore("lost");
    const { fixture, cutter } = cutting;
    const session = sessionThrough(cutter, fixture);
    const events: string[] = [];
    cutter.next("lost");
    await transact(session, new Deadline(LONGER_MS), async (run) => {
      events.push("run");
      await run();
      return { keep: true, value: undefined, onRolledBack: () => events.push("undone") };
    });
    expect(events).toEqual(["run", "undone", "run"]);
    await session.close();
  });

  test("a connection that is killed before the commit costs only another attempt", async () => {
    await using fixture = await mysqlFixture(1);
    const before = await stored(fixture.store, fixture.app, ADA);
    expect(await fixture.store.writeAttributes(sized(fixture.app, ADA, before, 10))).toBe("written");
    const next = await stored(fixture.store, fixture.app, ADA);
    // The next set waits for these rows, in the middle of its transaction.
    const held = await holdLanes(fixture);
    const writing = fixture.store.writeAttributes(sized(fixture.app, ADA, next, 20));
    const waiting = await held.waiting();
    await fixture.database.query(`KILL CONNECTION ${waiting}`);
    await held.release();
    expect(await writing).toBe("written");
    expect(await lanesOf(fixture.database, fixture.app)).toMatchObject({ used: 20 });
  });
});

function sessionThrough({ port }: CommitCutter, { database }: MysqlFixture): Session {
  const location = mysqlLocation(database.url);
  const hosts = [{ ...location.hosts[0], port }] as const;
  return new Session({ ...location, hosts }, new Hosts(hosts));
}

function pendingNeeds() {
  const location = mysqlLocation("mysql://nobody@127.0.0.1/nothing", TIMEOUT_MS);
  return { location, usage: sharedUsage(new Int32Array(new SharedArrayBuffer(4)), 0), ready: () => {} };
}

/** A transaction of another client that has locked the app's usage. */
async function holdLanes(fixture: MysqlFixture) {
  const { createConnection } = await import("mysql2/promise");
  const { port } = await sharedMariadb();
  const connection = await createConnection({ host: "127.0.0.1", port, user: "root", database: fixture.database.name });
  await connection.query("START TRANSACTION");
  await connection.query("SELECT lane FROM app_usage FOR UPDATE");
  return {
    /** The id of the connection that waits for it. */
    async waiting(): Promise<number> {
      for (;;) {
        const rows = await fixture.database.query(
          "SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND info LIKE 'UPDATE app_usage%'",
        );
        if (rows[0] !== undefined) return rows[0].id;
        await new Promise(setImmediate);
      }
    },
    async release(): Promise<void> {
      await connection.query("ROLLBACK");
      await connection.end();
    },
  };
}

async function cuttingStore(cut: Cut, timeoutMs = cut === "silent" ? TIMEOUT_MS : 5000) {
  await using stack = new AsyncDisposableStack();
  const fixture = stack.use(await mysqlFixture(USERS));
  const cutter = stack.use(await CommitCutter.before((await sharedMariadb()).port));
  const store = await fixture.another({ port: cutter.port, timeoutMs });
  // It has a grant already, so that the next commit is that of the set itself.
  const last = userAt(USERS - 1);
  await store.writeAttributes(sized(fixture.app, last, await stored(store, fixture.app, last), 1));
  await store.clearAttributes(fixture.app.number, last, 1000);
  const owned = stack.move();
  return { fixture, cutter, store, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
