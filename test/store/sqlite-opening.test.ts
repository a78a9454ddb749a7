import { expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { migrateForServer, openStore, parseStoreUrl } from "../../src/store/open.ts";
import { Connection } from "../../src/store/sqlite/connection/connection.ts";
import { openSqliteStore } from "../../src/store/sqlite/store.ts";
import { makeOlderSqlite, OLDER_USER, sqliteSchema } from "./older-store.ts";
import { startChild } from "./sqlite-child-process.ts";
import { faultOf, read, temporaryFolder, withUsers, write } from "./sqlite-fixture.ts";

const MODE_BITS = 0o777;

test("a new store's folder and files are accessible to their owner only", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "a", "b", "usermeta.db");
  await using store = await openSqliteStore(path, { exclusive: true });
  await withUsers(store, ["ada"]);
  expect(statSync(join(folder.path, "a", "b")).mode & MODE_BITS).toBe(0o700);
  for (const file of [path, `${path}-wal`, `${path}.lock`]) expect(statSync(file).mode & MODE_BITS).toBe(0o600);
});

test("stored data is there when the store is reopened", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "usermeta.db");
  const first = await openSqliteStore(path);
  const app = await withUsers(first, ["ada"]);
  await write(first, app, "ada", "value");
  const key = await first.addSigningKey(new Uint8Array([1, 2, 3]), 5);
  await first[Symbol.asyncDispose]();
  await using second = await openSqliteStore(path);
  expect(await read(second, app, "ada")).toMatchObject({ version: 1, json: '{"key":"value"}' });
  expect(await second.usage(app)).toBe(8);
  expect(await second.signingKeys()).toEqual([key]);
});

test("processes that open a new file at the same time all succeed", async () => {
  for (let round = 0; round < 3; round++) {
    using folder = temporaryFolder();
    const path = join(folder.path, "data", "usermeta.db");
    await using children = new AsyncDisposableStack();
    const started = Array.from({ length: 4 }, (_, index) =>
      children.use(startChild("create", path, `org/app${index}`)),
    );
    const answers = await Promise.all(started.map(({ answer }) => answer));
    expect(answers.filter(({ fault }) => fault !== undefined)).toEqual([]);
    expect(answers.map(({ app }) => app).sort()).toEqual([1, 2, 3, 4]);
  }
});

test("a schema of a newer version is refused, and left as it is", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "usermeta.db");
  await (await openSqliteStore(path))[Symbol.asyncDispose]();
  const connection = new Connection(path);
  connection.exec("PRAGMA user_version = 99");
  connection.close();
  const before = readFileSync(path);
  const { fault, message } = await faultOf(openSqliteStore(path));
  expect(fault).toBe("schema_newer");
  expect(message).toContain(`${path} was written by a newer version of usermeta`);
  expect(readFileSync(path).equals(before)).toBe(true);
});

test("an older schema is refused at opening, for a server too; brought up to date before, it is opened", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "usermeta.db");
  makeOlderSqlite(path, 1);
  const before = sqliteSchema(path);
  for (const exclusive of [false, true]) {
    expect(await faultOf(openSqliteStore(path, { exclusive }))).toMatchObject({ fault: "schema_older" });
    expect(sqliteSchema(path)).toEqual(before);
  }
  await migrateForServer({ engine: "sqlite", path });
  expect(sqliteSchema(path)).not.toEqual(before);
  await using store = await openSqliteStore(path, { exclusive: true });
  expect(await store.userById(1, "user-id")).toMatchObject({ name: OLDER_USER });
});

test("nothing is made, and nothing changed, for a server whose store is missing or empty", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "usermeta.db");
  await migrateForServer({ engine: "sqlite", path });
  expect(existsSync(path)).toBe(false);
  writeFileSync(path, "");
  await migrateForServer({ engine: "sqlite", path });
  expect(statSync(path).size).toBe(0);
});

test("another program's database is refused, and left as it is", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "usermeta.db");
  const connection = new Connection(path);
  connection.exec("CREATE TABLE users (name TEXT)");
  connection.close();
  const before = readFileSync(path);
  const { fault, message } = await faultOf(openSqliteStore(path, { exclusive: true }));
  expect(fault).toBe("not_usermeta");
  expect(message).toBe(`${path} is a database of another program, not of usermeta`);
  expect(readFileSync(path).equals(before)).toBe(true);
});

test("a file that is not a database is refused, and left unchanged", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "usermeta.db");
  writeFileSync(path, "a letter to my aunt ".repeat(500));
  const before = readFileSync(path);
  const { fault, message } = await faultOf(openSqliteStore(path));
  expect(fault).toBe("not_a_database");
  expect(message).toContain(`${path} is not a database of usermeta`);
  expect(readFileSync(path).equals(before)).toBe(true);
});

test("a damaged schema is refused at opening; a damaged page when it is read", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "usermeta.db");
  const store = await openSqliteStore(path);
  const names = Array.from({ length: 500 }, (_, index) => `user${index}`);
  const app = await withUsers(store, names);
  await store[Symbol.asyncDispose]();
  const sound = readFileSync(path);
  const pageBytes = 4096;
  const headerBytes = 100;

  const damagedSchema = Buffer.from(sound);
  damagedSchema.fill(0x5a, headerBytes, pageBytes);
  writeFileSync(path, damagedSchema);
  expect(await faultOf(openSqliteStore(path))).toMatchObject({
    fault: "corrupt",
    message: `${path} is damaged; stop the server and restore a backup (SQLITE_CORRUPT)`,
  });

  const damagedPages = Buffer.from(sound);
  // After the schema and the empty tables' first pages there are only users.
  damagedPages.fill(0x5a, 20 * pageBytes);
  writeFileSync(path, damagedPages);
  await using opened = await openSqliteStore(path);
  const faults = await Promise.all(
    names.map(async (user) => {
      try {
        await read(opened, app, user);
        return undefined;
      } catch (error) {
        return error;
      }
    }),
  );
  expect(faults.find((fault) => fault !== undefined)).toMatchObject({ fault: "corrupt" });
});

test("an impossible folder, and a folder in the file's place, are refused in one clear line", async () => {
  using folder = temporaryFolder();
  writeFileSync(join(folder.path, "file"), "");
  const below = join(folder.path, "file", "usermeta.db");
  const { fault, message } = await faultOf(openSqliteStore(below));
  expect(fault).toBe("cannot_open");
  expect(message).toContain(`${below} cannot be created (`);
  expect(message).not.toContain("\n");

  mkdirSync(join(folder.path, "folder"));
  expect(await faultOf(openSqliteStore(join(folder.path, "folder")))).toMatchObject({ fault: "cannot_open" });
});

test("a refused store leaves nothing open: the process can end, and the next one can open the files", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "usermeta.db");
  const missing = new URL("./no-such-writer.ts", import.meta.url);
  await faultOf(openSqliteStore(path, { exclusive: true, writerUrl: missing }));
  await using store = await openSqliteStore(path, { exclusive: true });
  await store.ping();
});

test("a store's URL names its engine", () => {
  expect(parseStoreUrl("memory:")).toEqual({ engine: "memory" });
  expect(parseStoreUrl("sqlite:/a/b.db")).toEqual({ engine: "sqlite", path: "/a/b.db" });
  expect(parseStoreUrl("sqlite:b.db")).toEqual({ engine: "sqlite", path: join(process.cwd(), "b.db") });
  expect(parseStoreUrl("sqlite::memory:")).toEqual({ engine: "sqlite", path: join(process.cwd(), ":memory:") });
  for (const wrong of ["", "sqlite:", "sqlite:a/", "sqlite:a\0b", "mysql://host/db", "memory:x", "/a/b.db"]) {
    expect(parseStoreUrl(wrong)).toBeString();
  }
});

test("a store opened by its URL is the embedded one", async () => {
  using folder = temporaryFolder();
  const location = parseStoreUrl(`sqlite:${folder.path}/usermeta.db`);
  if (typeof location === "string") throw new Error(location);
  await using store = await openStore(location, { exclusive: true, listen: "" });
  await store.ping();
  expect(existsSync(join(folder.path, "usermeta.db"))).toBe(true);
});
