import { expect, test } from "bun:test";
import { existsSync, renameSync } from "node:fs";
import { join } from "node:path";
import { outlineOf } from "../../src/core/faults/error-outline.ts";
import { Connection } from "../../src/store/sqlite/connection/connection.ts";
import { openSqliteStore } from "../../src/store/sqlite/store.ts";
import { name } from "../contract/open-for-test.ts";
import { commitsInLog, FAULTY_WRITER, faultOf, read, temporaryFolder, withUsers, write } from "./sqlite-fixture.ts";

const NAMES = Array.from({ length: 64 }, (_, index) => `user${index}`);

test("writes that arrive together share a commit, even if they were sent separately", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "usermeta.db");
  await using store = await openSqliteStore(path);
  const app = await withUsers(store, NAMES);
  const before = commitsInLog(path);
  const writes: Promise<unknown>[] = [];
  for (const user of NAMES) {
    writes.push(write(store, app, user, "value"));
    await Promise.resolve();
  }
  expect(await Promise.all(writes)).toEqual(NAMES.map(() => "written"));
  const commits = commitsInLog(path) - before;
  expect(commits).toBeGreaterThan(0);
  expect(commits).toBeLessThanOrEqual(16);
});

test("sequential writes have a commit each", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "usermeta.db");
  await using store = await openSqliteStore(path);
  const app = await withUsers(store, NAMES);
  const before = commitsInLog(path);
  for (const user of NAMES) await write(store, app, user, "value");
  expect(commitsInLog(path) - before).toBe(NAMES.length);
});

test("a failing write fails alone, leaves nothing behind and reveals no SQL", async () => {
  using folder = temporaryFolder();
  await using store = await openSqliteStore(join(folder.path, "usermeta.db"), { writerUrl: FAULTY_WRITER });
  const app = await withUsers(store, [...NAMES, "poison"]);
  const poison = faultOf(store.clearAttributes(app, name("poison"), 1));
  const writes = NAMES.map((user) => write(store, app, user, "value"));
  const moreWrites = await Promise.all(writes);
  expect(moreWrites).toEqual(NAMES.map(() => "written"));
  const { fault, message } = await poison;
  expect(fault).toBe("unexpected");
  expect(message).not.toMatch(/insert|no_such_table|users/i);
  for (const user of NAMES) expect((await read(store, app, user)).version).toBe(1);
  expect((await read(store, app, "poison")).version).toBe(0);
  expect(await store.usage(app)).toBe(NAMES.length * 8);
});

test("a writer that dies under load is restarted, and no acknowledged write is lost", async () => {
  using folder = temporaryFolder();
  await using store = await openSqliteStore(join(folder.path, "usermeta.db"), { writerUrl: FAULTY_WRITER });
  const app = await withUsers(store, [...NAMES, "die"]);
  const acknowledged = new Map<string, string>();
  const unknown = new Map<string, string>();
  let rounds = 0;
  const deaths = (async () => {
    for (const atRounds of [20, 40]) {
      while (rounds < atRounds * NAMES.length) await new Promise(setImmediate);
      expect((await faultOf(store.clearAttributes(app, name("die"), 1))).fault).toBe("outcome_unknown");
    }
  })();
  await Promise.all(
    NAMES.map(async (user) => {
      for (let round = 0; round < 60; round++) {
        const value = `${user}-${round}`;
        try {
          expect(await write(store, app, user, value)).toBe("written");
          acknowledged.set(user, value);
          unknown.delete(user);
        } catch (error) {
          expect(error).toMatchObject({ fault: "outcome_unknown" });
          unknown.set(user, value);
        }
        rounds += 1;
      }
    }),
  );
  await deaths;
  let sum = 0;
  for (const user of NAMES) {
    const { json, bytes, version } = await read(store, app, user);
    const candidates = [acknowledged.get(user), unknown.get(user)].map((value) => JSON.stringify({ key: value }));
    expect(candidates).toContain(json);
    expect(version).toBeLessThanOrEqual(60);
    sum += bytes;
  }
  expect(await store.usage(app)).toBe(sum);
});

test("an uncaught error in the writer's thread is reported with its place, not its text", async () => {
  using folder = temporaryFolder();
  const ended = Promise.withResolvers<Error>();
  const path = join(folder.path, "usermeta.db");
  await using store = await openSqliteStore(path, { writerUrl: FAULTY_WRITER, onWriterEnd: ended.resolve });
  const app = await withUsers(store, ["crash"]);
  await store.clearAttributes(app, name("crash"), 1);
  const told = JSON.stringify(outlineOf(await ended.promise));
  expect(told).toMatch(/"cause":{"type":"(?:Range)?Error","stack":".*sqlite-faulty-writer\.ts/);
  expect(told).not.toContain("ada");
});

test("a writer that keeps dying fails the store, and writes fail immediately", async () => {
  using folder = temporaryFolder();
  const ends: Error[] = [];
  const onWriterEnd = (error: Error): void => void ends.push(error);
  const path = join(folder.path, "usermeta.db");
  await using store = await openSqliteStore(path, { writerUrl: FAULTY_WRITER, onWriterEnd });
  const app = await withUsers(store, ["ada", "die"]);
  for (let death = 0; death < 3; death++) await faultOf(store.clearAttributes(app, name("die"), 1));
  expect(ends).toHaveLength(3);
  expect(await store.failed).toMatchObject({ fault: "outcome_unknown" });
  expect(await faultOf(write(store, app, "ada", "value"))).toMatchObject({ fault: "outcome_unknown" });
  expect(await faultOf(store.ping())).toMatchObject({ fault: "outcome_unknown" });
  expect(await read(store, app, "ada")).toMatchObject({ version: 0 });
});

test("a hung writer is replaced; the write that it had begun is in doubt, and is not stored", async () => {
  using folder = temporaryFolder();
  const silences: number[] = [];
  const onWriterSilent = (silentMs: number): void => void silences.push(silentMs);
  const ends: Error[] = [];
  const onWriterEnd = (error: Error): void => void ends.push(error);
  const options = { writerUrl: FAULTY_WRITER, onWriterSilent, onWriterEnd, silentMaxMs: 1500, outcomeMaxMs: 60_000 };
  await using store = await openSqliteStore(join(folder.path, "usermeta.db"), options);
  const app = await withUsers(store, ["ada", "hang"]);
  expect(await write(store, app, "ada", "before")).toBe("written");
  expect(await faultOf(store.clearAttributes(app, name("hang"), 1))).toMatchObject({ fault: "outcome_unknown" });
  expect(silences).toHaveLength(1);
  expect(silences[0]).toBeGreaterThanOrEqual(1500);
  expect(ends).toHaveLength(1);
  expect(await read(store, app, "hang")).toMatchObject({ version: 0 });
  expect(await write(store, app, "ada", "after")).toBe("written");
}, 60_000);

test("a full disk refuses writes that need space; reads continue, and writes succeed when there is space again", async () => {
  using folder = temporaryFolder();
  await using store = await openSqliteStore(join(folder.path, "usermeta.db"), { writerUrl: FAULTY_WRITER });
  const app = await withUsers(store, ["ada", "fill", "unfill"]);
  await store.ping();
  await store.clearAttributes(app, name("fill"), 1);
  const fault = await faultOf(write(store, app, "ada", "x".repeat(20_000)));
  expect(fault).toMatchObject({ fault: "full" });
  expect(fault.message).toContain("the disk is full");
  expect(await read(store, app, "ada")).toMatchObject({ version: 0, bytes: 0 });
  expect(await store.usage(app)).toBe(0);
  await store.clearAttributes(app, name("unfill"), 1);
  expect(await write(store, app, "ada", "x".repeat(20_000))).toBe("written");
  await store.ping();
});

test("a write waits for another process that writes", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "usermeta.db");
  await using store = await openSqliteStore(path);
  const app = await withUsers(store, ["ada"]);
  const other = new Connection(path);
  other.exec("BEGIN IMMEDIATE");
  let settled = false;
  const waiting = write(store, app, "ada", "value").finally(() => {
    settled = true;
  });
  // The writer answers within some hundred turns of the event loop when nothing delays it.
  for (let turn = 0; turn < 2000; turn++) await new Promise(setImmediate);
  expect(settled).toBe(false);
  expect(await read(store, app, "ada")).toMatchObject({ version: 0 });
  other.exec("COMMIT");
  other.close();
  expect(await waiting).toBe("written");
});

test("no read sees a write before it is committed", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "usermeta.db");
  await using store = await openSqliteStore(path);
  const app = await withUsers(store, ["ada"]);
  const other = new Connection(path);
  other.exec("BEGIN IMMEDIATE");
  other.run("UPDATE users SET version = 5");
  expect(await read(store, app, "ada")).toMatchObject({ version: 0 });
  other.exec("COMMIT");
  other.close();
  expect(await read(store, app, "ada")).toMatchObject({ version: 5 });
});

test("closing completes earlier calls, checkpoints the log and accepts no further call", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "usermeta.db");
  const store = await openSqliteStore(path);
  const app = await withUsers(store, ["ada"]);
  expect(existsSync(`${path}-wal`)).toBe(true);
  await write(store, app, "ada", "value");
  const last = store.clearAttributes(app, name("ada"), 1);
  await store[Symbol.asyncDispose]();
  await last;
  expect(existsSync(`${path}-wal`)).toBe(false);
  expect(await faultOf(store.clearAttributes(app, name("ada"), 1))).toMatchObject({ fault: "closed" });
  await using again = await openSqliteStore(path);
  expect(await read(again, app, "ada")).toMatchObject({ version: 2, bytes: 0 });
});

test("ping fails when the file is no longer in its place", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "usermeta.db");
  await using store = await openSqliteStore(path);
  await store.ping();
  renameSync(path, `${path}.moved`);
  expect((await faultOf(store.ping())).message).toContain("has been moved");
  renameSync(`${path}.moved`, path);
  await store.ping();
});
