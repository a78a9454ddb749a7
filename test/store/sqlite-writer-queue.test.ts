import { expect, test } from "bun:test";
import { join } from "node:path";
import { Refusal } from "../../src/core/refusals.ts";
import { Connection } from "../../src/store/sqlite/connection/connection.ts";
import { CLIENTS_MAX, newSharedCells } from "../../src/store/sqlite/shared-state.ts";
import { joinSqliteStore } from "../../src/store/sqlite/shared-store.ts";
import { openSqliteStore, type SqliteStore } from "../../src/store/sqlite/store.ts";
import { Claim, newClaimMemory } from "../../src/store/sqlite/writer/claim.ts";
import { ThreadSlots } from "../../src/store/sqlite/writer/thread-slots.ts";
import { WriterClient } from "../../src/store/sqlite/writer/writer-client.ts";
import type { LinkMessage } from "../../src/store/sqlite/writer/writer-link.ts";
import { name } from "../contract/open-for-test.ts";
import { eventually } from "../harness/eventually.ts";
import { startChild } from "./sqlite-child-process.ts";
import {
  commitsInLog,
  FAULTY_WRITER,
  FROZEN_MS,
  faultOf,
  read,
  temporaryFolder,
  withUsers,
  write,
} from "./sqlite-fixture.ts";

const NAMES = Array.from({ length: 32 }, (_, index) => `user${index}`);

/** A store with these users, created before any call can time out. */
async function prepared(path: string, names: readonly string[]): Promise<number> {
  await using store = await openSqliteStore(path);
  return await withUsers(store, names);
}

const NOTHING_STORED = { fault: "busy", nothingStored: true };

test("a write that another process delays too long is refused, and never stored afterwards", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "usermeta.db");
  const app = await prepared(path, NAMES);
  await using store = await openSqliteStore(path, { waitMaxMs: 300 });
  await using locker = startChild("lock", path, "");
  await locker.answer;
  for (let round = 0; round < 2; round++) {
    const faults = await Promise.all(NAMES.map((user) => faultOf(write(store, app, user, `refused-${round}`))));
    for (const fault of faults) expect(fault).toMatchObject(NOTHING_STORED);
    expect(faults[0]?.message).toContain("locked");
    expect(await faultOf(store.ping())).toMatchObject(NOTHING_STORED);
  }
  await locker.kill();
  for (const user of NAMES) {
    await eventually(async () => expect(await write(store, app, user, "written")).toBe("written"));
  }
  for (const user of NAMES) expect(await read(store, app, user)).toMatchObject({ version: 1 });
  expect(await store.usage(app)).toBe(NAMES.length * 10);
}, 20_000);

test("a write is either refused or stored, however close its deadline and its turn come to each other", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "usermeta.db");
  const waitMaxMs = 60;
  const app = await prepared(path, NAMES);
  await using store = await openSqliteStore(path, { waitMaxMs });
  const other = new Connection(path);
  const versions = new Map(NAMES.map((user) => [user, 0]));
  const seen = { written: 0, refused: 0 };
  // The timer fires every 50 ms: in some of the rounds the lock is released at just that moment.
  for (let round = 0; round < 60; round++) {
    other.exec("BEGIN IMMEDIATE");
    const outcomes = NAMES.map(async (user, index) => {
      await Bun.sleep(index);
      return await write(store, app, user, `round-${round}`).catch((error) => {
        expect(error).toMatchObject(NOTHING_STORED);
        return "refused" as const;
      });
    });
    await Bun.sleep(waitMaxMs + (round % 30) * 2);
    other.exec("COMMIT");
    for (const [index, outcome] of (await Promise.all(outcomes)).entries()) {
      const user = NAMES[index] ?? "";
      if (outcome === "written") versions.set(user, (versions.get(user) ?? 0) + 1);
      seen[outcome === "written" ? "written" : "refused"] += 1;
    }
  }
  other.close();
  // Behind every command that the writer might still have had.
  await eventually(() => store.ping());
  for (const [user, version] of versions) expect(await read(store, app, user)).toMatchObject({ version });
  expect(seen.written).toBeGreaterThan(0);
  expect(seen.refused).toBeGreaterThan(0);
}, 30_000);

test("a command in flight is either begun by the writer or withdrawn by the client, never both", async () => {
  const memory = newClaimMemory();
  const claim = new Claim(memory);
  const begun = new SharedArrayBuffer(4);
  const rounds = new SharedArrayBuffer(4);
  const worker = new Worker(new URL("./sqlite-claiming-worker.ts", import.meta.url));
  worker.postMessage({ memory, begun, rounds });
  const [begins, round] = [new Int32Array(begun), new Int32Array(rounds)];
  let taken = 0;
  let withdrawn = 0;
  for (let number = 1; number <= 20_000; number++) {
    Atomics.store(begins, 0, -1);
    claim.reset();
    Atomics.store(round, 0, number);
    for (let spin = 0; spin < (number * 7) % 200; spin++) Atomics.load(round, 0);
    const count = claim.withdraw();
    while (Atomics.load(begins, 0) < 0) Atomics.load(round, 0);
    expect(Atomics.load(begins, 0)).toBe(count);
    if (count > 0) taken += 1;
    else withdrawn += 1;
  }
  worker.terminate();
  expect(taken).toBeGreaterThan(0);
  expect(withdrawn).toBeGreaterThan(0);
}, 30_000);

test("no write waits forever behind a hung writer, and a withdrawn write is not stored when it continues", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "usermeta.db");
  const app = await prepared(path, [...NAMES, "freeze"]);
  const options = { writerUrl: FAULTY_WRITER, waitMaxMs: 1000, outcomeMaxMs: 2000 };
  await using store = await openSqliteStore(path, options);
  const frozen = faultOf(store.clearAttributes(app, name("freeze"), 1));
  // It is in the transaction before the next ones are sent.
  await new Promise(setImmediate);
  await new Promise(setImmediate);
  const from = performance.now();
  const behind = NAMES.map((user) => faultOf(write(store, app, user, "refused")));
  for (const fault of await Promise.all(behind)) expect(fault).toMatchObject(NOTHING_STORED);
  expect(await frozen).toMatchObject({ fault: "outcome_unknown", nothingStored: false });
  expect(performance.now() - from).toBeLessThan(FROZEN_MS);
  await eventually(async () => expect(await write(store, app, "user0", "written")).toBe("written"), 4 * FROZEN_MS);
  for (const user of NAMES) {
    expect(await read(store, app, user)).toMatchObject({ version: user === "user0" ? 1 : 0 });
  }
}, 20_000);

test("when a writer dies, the commands that it had begun are answered, and the others are written by the next one", async () => {
  using folder = temporaryFolder();
  await using store = await openSqliteStore(join(folder.path, "usermeta.db"), { writerUrl: FAULTY_WRITER });
  const app = await withUsers(store, [...NAMES, "die"]);
  const dying = faultOf(store.clearAttributes(app, name("die"), 1));
  await new Promise(setImmediate);
  await new Promise(setImmediate);
  const writes = NAMES.map((user) => write(store, app, user, "value"));
  expect(await dying).toMatchObject({ fault: "outcome_unknown", nothingStored: false });
  expect(await Promise.all(writes)).toEqual(NAMES.map(() => "written"));
});

test("waiting writes are limited in bytes: large ones beyond that are refused immediately, and another app's is admitted", async () => {
  // There is no writer, so that everything stays in the queue.
  await using stack = new AsyncDisposableStack();
  const client = new WriterClient("usermeta.db", { waitMaxMs: 10 });
  stack.defer(() => client.close());
  const json = JSON.stringify({ key: "x".repeat(199_000) });
  const send = (app: number, user: string) =>
    client.write("writeAttributes", app, name(user), "id", 0, json, json.length, 1, 1e9);
  const sent = Array.from({ length: 800 }, (_, index) => send(1, `user${index}`));
  const other = send(2, "ada");
  expect(client.bytesHeld).toBeLessThan(17_000_000);
  const outcomes = await Promise.allSettled(sent);
  const reasons = outcomes.map((outcome) => (outcome.status === "rejected" ? outcome.reason : undefined));
  const refused = reasons.filter((reason) => reason instanceof Refusal);
  expect(refused.length).toBeGreaterThan(700);
  for (const refusal of refused) expect(refusal.refused).toMatchObject({ code: "busy" });
  expect(reasons.filter((reason) => reason instanceof Refusal === false).length).toBeGreaterThan(30);
  expect(await faultOf(other)).toMatchObject({ fault: "busy" });
  expect(client.bytesHeld).toBe(0);
});

test("small writes are limited too, and one user does not take the share of the app's other users", async () => {
  await using stack = new AsyncDisposableStack();
  const client = new WriterClient("usermeta.db", { waitMaxMs: 10 });
  stack.defer(() => client.close());
  const outcomes: Promise<unknown>[] = [];
  const clear = (user: string): Promise<unknown> => {
    const outcome = faultOf(client.write("clearAttributes", 1, name(user), 1));
    outcomes.push(outcome);
    return outcome;
  };
  for (let index = 0; index < 100_000; index++) void clear("greedy");
  const modest = clear("modest");
  expect(client.bytesHeld).toBeLessThan(12_000_000);
  expect(await modest).toMatchObject({ fault: "busy" });
  await Promise.all(outcomes);
  expect(client.bytesHeld).toBe(0);
});

test("a batch larger than the whole queue is written when the queue is empty", async () => {
  using folder = temporaryFolder();
  await using store = await openSqliteStore(join(folder.path, "usermeta.db"));
  const users = Array.from({ length: 100 }, (_, index) => `user${index}`);
  const app = await withUsers(store, users);
  const json = JSON.stringify({ key: "x".repeat(262_000) });
  const read0 = await Promise.all(users.map((user) => read(store, app, user)));
  const writes = users.map((user, index) => ({
    ...{ app, name: name(user), userId: read0[index]?.userId ?? "", version: 0, json, bytes: 262_003 },
    ...{ growth: 262_003, modified: 5, appBytesMax: 1e9 },
  }));
  expect(new Set(await store.writeAttributesOf(writes, false))).toEqual(new Set(["written"]));
}, 20_000);

test("a failing write among many is found in few transactions, and the others are written together", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "usermeta.db");
  await using store = await openSqliteStore(path, { writerUrl: FAULTY_WRITER });
  const many = Array.from({ length: 256 }, (_, index) => `user${index}`);
  const app = await withUsers(store, [...many, "poison1", "poison2"]);
  const before = commitsInLog(path);
  const poison = ["poison1", "poison2"].map((user) => faultOf(store.clearAttributes(app, name(user), 1)));
  const writes = many.map((user) => write(store, app, user, "value"));
  expect(await Promise.all(writes)).toEqual(many.map(() => "written"));
  for (const fault of await Promise.all(poison)) {
    expect(fault).toMatchObject({ fault: "unexpected", nothingStored: false });
  }
  expect(commitsInLog(path) - before).toBeLessThanOrEqual(24);
});

test("many large writes of one thread do not delay a small write of another", async () => {
  using folder = temporaryFolder();
  await using owner = await openSqliteStore(join(folder.path, "usermeta.db"), { exclusive: true });
  const large = Array.from({ length: 48 }, (_, index) => `large${index}`);
  const app = await withUsers(owner, [...large, "ada"]);
  await using joined = joinedTo(owner);
  const order: string[] = [];
  const writes = large.map((user) => write(owner, app, user, "x".repeat(250_000)).then(() => void order.push("large")));
  const small = write(joined.store, app, "ada", "value").then(() => void order.push("small"));
  await Promise.all([...writes, small]);
  // 16 go first, and then equal bytes of either.
  expect(order.indexOf("small")).toBeLessThan(32);
});

test("when a thread ends, the others get its share of the queue", () => {
  const { admission } = newSharedCells();
  const places = new ThreadSlots(admission);
  const taken = Array.from({ length: CLIENTS_MAX }, () => places.take());
  expect(new Set(taken).size).toBe(CLIENTS_MAX);
  expect(() => places.take()).toThrow();
  new Int32Array(admission.cells).fill(7);
  places.release(3);
  expect([...new Int32Array(admission.cells)].filter((held) => held === 0).length).toBeGreaterThan(0);
  expect(places.take()).toBe(3);
});

function joinedTo(owner: SqliteStore) {
  const early: LinkMessage[] = [];
  let receive = (message: LinkMessage): void => void early.push(message);
  const shared = owner.share(0, (message) => receive(message));
  const { store, receive: joined } = joinSqliteStore(shared.share);
  receive = joined;
  for (const message of early) joined(message);
  return {
    store,
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]();
      shared[Symbol.dispose]();
    },
  };
}
