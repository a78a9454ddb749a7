import { expect, test } from "bun:test";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import type { StoreTrouble, StoreTroubleKind } from "../../src/core/ports/store-trouble.ts";
import { Connection } from "../../src/store/sqlite/connection/connection.ts";
import { FileWatch } from "../../src/store/sqlite/files/file-watch.ts";
import { storeFilesId } from "../../src/store/sqlite/files/store-files.ts";
import { openSqliteStore, type SqliteStore } from "../../src/store/sqlite/store.ts";
import { name } from "../contract/open-for-test.ts";
import { eventually } from "../harness/eventually.ts";
import { FAULTY_WRITER, faultOf, read, temporaryFolder, withUsers, write } from "./sqlite-fixture.ts";

interface Way {
  readonly how: string;
  lose(path: string): void;
  restore?(path: string): void;
}

const LOST: readonly Way[] = [
  { how: "removed", lose: (path) => rmSync(path) },
  { how: "moved", lose: (path) => renameSync(path, `${path}.old`), restore: putBack("") },
  { how: "replaced by an empty file", lose: replaced("", ""), restore: putBack("") },
  {
    how: "replaced by another store",
    lose(path) {
      renameSync(path, `${path}.old`);
      copyFileSync(`${path}.old`, path);
    },
    restore: putBack(""),
  },
  {
    how: "in a folder that was renamed",
    lose: (path) => renameSync(dirname(path), `${dirname(path)}.old`),
    restore: (path) => renameSync(`${dirname(path)}.old`, dirname(path)),
  },
  {
    how: "in a folder that another one replaced",
    lose(path) {
      renameSync(dirname(path), `${dirname(path)}.old`);
      mkdirSync(dirname(path));
      copyFileSync(join(`${dirname(path)}.old`, "usermeta.db"), path);
    },
  },
  ...["-wal", "-shm", ".lock"].flatMap((end): Way[] => [
    { how: `without its ${end}`, lose: (path) => rmSync(`${path}${end}`) },
    { how: `with another ${end}`, lose: replaced(end, ""), restore: putBack(end) },
  ]),
];

const OVERWRITTEN: readonly Way[] = [
  { how: "cut to nothing", lose: (path) => truncateSync(path) },
  { how: "overwritten by another store", lose: (path) => copyFileSync(otherStore(path), path) },
  { how: "overwritten by text", lose: (path) => writeFileSync(path, "a letter to my aunt ".repeat(50_000)) },
];

for (const { how, lose, restore } of LOST) {
  test(`a store that is ${how} acknowledges nothing more, one line says so, and it recovers when the file is back`, async () => {
    await using lost = await lostStore();
    const { store, app, path, told } = lost;
    expect(await write(store, app, "ada", "before")).toBe("written");
    lose(path);
    const refused = { fault: "file_lost", nothingStored: true };
    expect(await faultOf(write(store, app, "ada", "after"))).toMatchObject(refused);
    expect(await faultOf(store.ping())).toMatchObject({ fault: "file_lost" });
    // The open file holds the last state, and is read.
    expect(await read(store, app, "ada")).toMatchObject({ json: '{"key":"before"}' });
    await lost.hears(1);
    expect(told).toEqual([{ kind: "file_lost", message: expect.stringContaining(path) }]);
    if (restore === undefined) return;
    restore(path);
    await lost.hears(2);
    expect(told[1]).toBe("file_lost");
    expect(await write(store, app, "ada", "again")).toBe("written");
    expect(await store.ping()).toEqual([]);
  }, 30_000);
}

for (const { how, lose } of OVERWRITTEN) {
  test(`a store that is ${how} acknowledges nothing more, and leaves the new contents alone`, async () => {
    await using lost = await lostStore();
    const { store, app, path, told } = lost;
    expect(await write(store, app, "ada", "before")).toBe("written");
    lose(path);
    const bytes = readFileSync(path);
    // A read may have any result now.
    const refused = await faultOf(store.clearAttributes(app, name("ada"), 1));
    expect(refused).toMatchObject({ fault: "file_lost", nothingStored: true });
    await faultOf(store.ping());
    await lost.hears(1);
    expect(told).toEqual([{ kind: "file_lost", message: expect.stringContaining("was overwritten") }]);
    await Promise.resolve(store[Symbol.asyncDispose]()).catch(() => {});
    expect(readFileSync(path).equals(bytes)).toBe(true);
  }, 30_000);
}

test("the loss is reported without any request, and every acknowledged write is in the moved file", async () => {
  await using lost = await lostStore();
  const { store, app, path, told } = lost;
  for (let round = 0; round < 20; round++) await write(store, app, "ada", `value ${round}`);
  expect(statSync(`${path}-wal`).size).toBeGreaterThan(0);
  const moved = join(dirname(path), "..", "moved.db");
  renameSync(path, moved);
  await lost.hears(1);
  expect(told).toMatchObject([{ kind: "file_lost" }]);
  // The log that stays behind cannot be mistaken for another store's.
  await eventually(async () => expect(statSync(`${path}-wal`).size).toBe(0));
  const connection = new Connection(moved, { mustExist: true });
  expect(connection.all("SELECT version, attributes FROM users WHERE name = 'ada'")).toEqual([
    { version: 20, attributes: '{"key":"value 19"}' },
  ]);
  connection.close();
}, 30_000);

test("a removed log is checkpointed into the file before a reader can miss it", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "usermeta.db");
  const store = await openSqliteStore(path, { exclusive: true });
  const app = await withUsers(store, ["ada"]);
  await write(store, app, "ada", "value");
  rmSync(`${path}-wal`);
  expect(await faultOf(write(store, app, "ada", "after"))).toMatchObject({ fault: "file_lost" });
  await store[Symbol.asyncDispose]();
  await using again = await openSqliteStore(path, { exclusive: true });
  expect(await read(again, app, "ada")).toMatchObject({ version: 1, json: '{"key":"value"}' });
}, 30_000);

test("a write whose file is lost before its commit is acknowledged is in doubt, and never acknowledged", async () => {
  await using lost = await lostStore(FAULTY_WRITER);
  const { store, app, path } = lost;
  const writing = faultOf(store.clearAttributes(app, name("freeze"), 1));
  // The writer is blocked in the middle of the transaction.
  await lockTaken(path);
  rmSync(path);
  expect(await writing).toMatchObject({ nothingStored: false });
}, 30_000);

test("a writer that is restarted while the file is lost waits for it, and creates no other", async () => {
  await using lost = await lostStore(FAULTY_WRITER);
  const { store, app, path, told } = lost;
  expect(await write(store, app, "ada", "before")).toBe("written");
  await faultOf(store.clearAttributes(app, name("die"), 1));
  // Before the next writer has loaded its code.
  renameSync(path, `${path}.old`);
  expect(await faultOf(write(store, app, "ada", "after"))).toMatchObject({ nothingStored: true });
  expect(existsSync(path)).toBe(false);
  await lost.hears(1);
  putBack("")(path);
  await eventually(async () => expect(told.at(-1)).toBe("file_lost"));
  expect(await write(store, app, "ada", "again")).toBe("written");
}, 30_000);

const HEARD_WITHIN_MS = 10_000;

test("a writer that finds all files in place reports it: the previous one may have reported a loss", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "usermeta.db");
  writeFileSync(path, "");
  const told: unknown[] = [];
  const watch = new FileWatch(storeFilesId(path, false, undefined), (message) => void told.push(message));
  watch.loss(undefined);
  watch.loss(undefined);
  expect(told).toEqual([{ kind: "trouble-over", trouble: "file_lost" }]);
}, 30_000);

interface LostStore extends AsyncDisposable {
  readonly store: SqliteStore;
  readonly app: number;
  readonly path: string;
  /** The troubles, and the kinds of those that ended. */
  readonly told: (StoreTrouble | StoreTroubleKind)[];
  hears(count: number): Promise<void>;
}

async function lostStore(writerUrl?: URL): Promise<LostStore> {
  const folder = temporaryFolder();
  const other = await openSqliteStore(join(folder.path, "other.db"));
  await withUsers(
    other,
    Array.from({ length: 200 }, (_, index) => `user${index}`),
  );
  await other[Symbol.asyncDispose]();
  const path = join(folder.path, "data", "usermeta.db");
  const told: LostStore["told"] = [];
  const troubles = {
    storeTroubled: (trouble: StoreTrouble) => void told.push(trouble),
    storeTroubleOver: (kind: StoreTroubleKind) => void told.push(kind),
  };
  const store = await openSqliteStore(path, { exclusive: true, troubles, ...(writerUrl && { writerUrl }) });
  const app = await withUsers(store, ["ada", "die", "freeze"]);
  return {
    store,
    app,
    path,
    told,
    hears: (count) => eventually(async () => expect(told.length).toBeGreaterThanOrEqual(count), HEARD_WITHIN_MS),
    async [Symbol.asyncDispose]() {
      await Promise.resolve(store[Symbol.asyncDispose]()).catch(() => {});
      folder[Symbol.dispose]();
    },
  };
}

function otherStore(path: string): string {
  return join(dirname(path), "..", "other.db");
}

function replaced(end: string, text: string): (path: string) => void {
  return (path) => {
    renameSync(`${path}${end}`, `${path}.old`);
    writeFileSync(`${path}${end}`, text);
  };
}

function putBack(end: string): (path: string) => void {
  return (path) => renameSync(`${path}.old`, `${path}${end}`);
}

/** Resolves when some process has the write lock of the store. */
async function lockTaken(path: string): Promise<void> {
  const other = new Connection(path, { mustExist: true, busyTimeoutMs: 0 });
  await eventually(async () => {
    try {
      other.exec("BEGIN IMMEDIATE");
    } catch {
      return;
    }
    other.rollback();
    throw new Error("the lock is free");
  });
  other.close();
}
