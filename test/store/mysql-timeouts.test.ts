import { describe, expect, test } from "bun:test";
import type { App } from "../../src/core/model.ts";
import type { Store } from "../../src/core/ports/store.ts";
import { StoreError } from "../../src/store/store-error.ts";
import { TcpGate } from "../cluster/tcp-gate.ts";
import { newApp, newUser } from "../contract/open-for-test.ts";
import { eventually } from "../harness/eventually.ts";
import { mariadbIsMissing, sharedMariadb } from "../harness/mariadb.ts";
import { lanesOf, type MysqlFixture, mysqlFixture, sized, stored, userAt } from "./mysql-fixture.ts";

const TIMEOUT_MS = 800;
/** The possible delay of a busy thread. */
const LATE_MS = 300;
const RECOVERY_MS = 2000;
/** The number of calls within the timeout on a fully loaded server. */
const READS_AT_ONCE = 20_000;
const ADA = userAt(0);

type Call = Exclude<keyof Store, "failed" | "feedVersion" | "copyAttributes" | typeof Symbol.asyncDispose>;

const NEVER_STORED = { userId: "", json: "{}", bytes: 0, version: 0, modified: 1000 };

/** Every call of the port that queries the database; the compiler finds a missing one. */
const CALLS: { readonly [Name in Call]: (store: Store, app: App) => unknown } = {
  ping: (store) => store.ping(),
  changesSince: (store) => store.changesSince(0),
  apps: (store) => store.apps(),
  app: (store, { number }) => store.app(number),
  insertApp: (store) => store.insertApp(newApp(`org/app${crypto.randomUUID().slice(0, 8)}`)),
  changeApp: (store, { number }) => store.changeApp(number, { revokeTokens: true }, 2000),
  deleteApp: (store) => store.deleteApp(999, 2000),
  purge: (store) => store.purge(10),
  signingKeys: (store) => store.signingKeys(),
  addSigningKey: (store) => store.addSigningKey(new Uint8Array([1]), 2000),
  userById: (store, { number, id }) => store.userById(number, id),
  user: (store, { number }) => store.user(number, ADA),
  users: (store, { number }) => store.users(number, undefined, 10),
  insertUsers: (store, { number }) => store.insertUsers(number, [newUser(`u${crypto.randomUUID().slice(0, 8)}`)]),
  changeUser: (store, { number }) => store.changeUser(number, ADA, { revokeTokens: true }, 2000),
  deleteUsers: (store, { number }) => store.deleteUsers(number, [userAt(1)], 2000),
  attributes: (store, { number }) => store.attributes(number, ADA),
  attributesOf: (store, { number }) => store.attributesOf(number, [ADA, userAt(2)]),
  version: (store, { number }) => store.version(number, ADA),
  modifiedOf: (store, { number }) => store.modifiedOf(number, [ADA, userAt(2)]),
  writeAttributes: (store, app) => store.writeAttributes(sized(app, ADA, NEVER_STORED, 9)),
  writeAttributesOf: (store, app) =>
    store.writeAttributesOf(
      [ADA, userAt(2)].map((user) => sized(app, user, NEVER_STORED, 9)),
      true,
    ),
  clearAttributes: (store, { number }) => store.clearAttributes(number, ADA, 2000),
  usage: (store, { number }) => store.usage(number),
  publishDemand: (store) => store.publishDemand([]),
};
const CALL_NAMES = Object.keys(CALLS) as Call[]; // as: they are its keys

interface Failed {
  readonly call: Call;
  readonly ms: number;
  readonly fault: string;
}

describe.skipIf(mariadbIsMissing())("a database that cannot be queried", () => {
  for (const state of ["swallow", "refuse"] as const) {
    test(`and would ${state}: every call fails in time and by name, even 1,000 concurrent ones, until it is back`, async () => {
      await using gated = await gatedStore();
      const { gate, store, fixture } = gated;
      gate.set(state);
      expectInTime(await failures(store, fixture.app, CALL_NAMES));
      // Again without a connection: the first calls have closed theirs.
      expectInTime(await failures(store, fixture.app, CALL_NAMES));
      const many = Array.from({ length: 1000 }, (_, index) => CALL_NAMES[index % CALL_NAMES.length] ?? "ping");
      expectInTime(await failures(store, fixture.app, many));
      expectInTime(await failures(store, fixture.app, new Array(READS_AT_ONCE).fill("attributes")));

      gate.set("open");
      await expectServing(store, fixture);
    }, 20_000);
  }

  test("without a listener: the same", async () => {
    await using gated = await gatedStore();
    await gated.gate[Symbol.asyncDispose]();
    expectInTime(await failures(gated.store, gated.fixture.app, CALL_NAMES));
  });

  test("for a moment: calls made meanwhile are still answered", async () => {
    await using gated = await gatedStore();
    const { gate, store, fixture } = gated;
    gate.set("refuse");
    const asked = Promise.all([
      stored(store, fixture.app, ADA),
      store.insertUsers(fixture.app.number, [newUser("new")]),
    ]);
    // Long enough for the refusal to arrive, and short enough for another attempt.
    await new Promise((resolve) => setTimeout(resolve, TIMEOUT_MS / 4));
    gate.set("open");
    const [, inserted] = await asked;
    expect(inserted).toEqual(["inserted"]);
  });
});

/** Also those that another connection of the store notices first. */
async function expectServing(store: Store, fixture: MysqlFixture): Promise<void> {
  const from = performance.now();
  await eventually(async () => await store.ping(), RECOVERY_MS);
  for (const call of CALL_NAMES) await eventually(async () => await CALLS[call](store, fixture.app), RECOVERY_MS);
  const before = await stored(store, fixture.app, ADA);
  expect(await store.writeAttributes(sized(fixture.app, ADA, before, 30))).toBe("written");
  expect((await stored(fixture.store, fixture.app, ADA)).bytes).toBe(30);
  expect(performance.now() - from).toBeLessThan(RECOVERY_MS);
  expect((await lanesOf(fixture.database, fixture.app)).used).toBe(30);
}

async function failures(store: Store, app: App, calls: readonly Call[]): Promise<readonly Failed[]> {
  return await Promise.all(
    calls.map(async (call) => {
      const from = performance.now();
      const fault = await faultOf(async () => await CALLS[call](store, app));
      return { call, ms: Math.round(performance.now() - from), fault };
    }),
  );
}

async function faultOf(call: () => Promise<unknown>): Promise<string> {
  try {
    await call();
    return "none";
  } catch (error) {
    return error instanceof StoreError ? error.fault : String(error);
  }
}

function expectInTime(failed: readonly Failed[]): void {
  const late = failed.filter(({ ms }) => ms > TIMEOUT_MS + LATE_MS);
  expect(late).toEqual([]);
  const expected = ["unreachable", "busy", "outcome_unknown"];
  expect(failed.filter(({ fault }) => !expected.includes(fault))).toEqual([]);
}

async function gatedStore() {
  await using stack = new AsyncDisposableStack();
  const fixture = stack.use(await mysqlFixture(3));
  const gate = await TcpGate.before((await sharedMariadb()).port);
  stack.defer(() => gate[Symbol.asyncDispose]().catch(() => {}));
  const store = await fixture.another({ port: gate.port, timeoutMs: TIMEOUT_MS });
  // Some of its connections are open, others are not.
  await Promise.all([stored(store, fixture.app, ADA), store.ping(), store.changeApp(fixture.app.number, {}, 1000)]);
  const owned = stack.move();
  return { fixture, gate, store, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
