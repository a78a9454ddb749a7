import { expect, test } from "bun:test";
import { cpSync, mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { Connection } from "../../src/store/sqlite/connection/connection.ts";
import { openSqliteStore } from "../../src/store/sqlite/store.ts";
import { damage } from "./damaged-files.ts";
import { read, temporaryFolder, withUsers, write } from "./sqlite-fixture.ts";

const USERS = Array.from({ length: 60 }, (_, index) => `user${index}`);
const VALUE = "value";

/** SQLite recovers the log up to the last commit before the first page whose checksum is wrong. */
test("nothing behind a damaged page of the log is recovered, and everything stored before it is there", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "usermeta.db");
  const copy = join(folder.path, "killed", "usermeta.db");
  await using store = await openSqliteStore(path);
  const app = await withUsers(store, USERS);
  // Sequentially, so that each has a commit of its own.
  for (const user of USERS) await write(store, app, user, VALUE);
  // As a killed server leaves it: nothing is checkpointed yet.
  mkdirSync(join(folder.path, "killed"));
  for (const end of ["", "-wal"]) cpSync(`${path}${end}`, `${copy}${end}`);
  damage(`${copy}-wal`, Math.floor(statSync(`${copy}-wal`).size * 0.75), 100);

  await using restarted = await openSqliteStore(copy);
  const stored = await Promise.all(USERS.map(async (user) => (await read(restarted, app, user)).version));
  const kept = stored.filter((version) => version === 1).length;
  expect(kept).toBeGreaterThan(0);
  expect(kept).toBeLessThan(USERS.length);
  // The earliest sets, without a gap.
  expect(stored).toEqual(USERS.map((_, index) => (index < kept ? 1 : 0)));
  expect(await restarted.usage(app)).toBe(kept * (VALUE.length + 3));
  expect(await restarted.ping()).toEqual([]);
  const connection = new Connection(copy);
  expect(connection.all("PRAGMA integrity_check")).toEqual([{ integrity_check: "ok" }]);
  connection.close();
});
