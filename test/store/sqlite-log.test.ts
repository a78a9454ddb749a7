import { describe, expect, test } from "bun:test";
import { statSync } from "node:fs";
import { join } from "node:path";
import type { StoreTrouble, StoreTroubleEvents } from "../../src/core/ports/store-trouble.ts";
import { Connection } from "../../src/store/sqlite/connection/connection.ts";
import { openSqliteStore, type SqliteStore } from "../../src/store/sqlite/store.ts";
import { eventually } from "../harness/eventually.ts";
import { SmallDisk, smallDiskIsMissing } from "../harness/small-disk.ts";
import { faultOf, LONG_BYTES, read, temporaryFolder, WATCHFUL_WRITER, withUsers, write } from "./sqlite-fixture.ts";

const VALUE_BYTES = 20_000;

test("an external reader that makes the log grow is logged once, named by ready, and over when it ends", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "usermeta.db");
  const troubles = heardTroubles();
  await using store = await openSqliteStore(path, { writerUrl: WATCHFUL_WRITER, troubles });
  const app = await withUsers(store, ["ada"]);
  const reader = foreignReader(path);
  let sets = 0;
  while (logBytes(path) < 2 * LONG_BYTES) await set(store, app, ++sets);
  await eventually(async () => expect(await store.ping()).toEqual(["log_long"]));
  expect(troubles.begun).toHaveLength(1);
  expect(troubles.begun[0]?.message).toMatch(/-wal is [1-9]\d* MiB long, because another process.*lsof/);
  expect(await set(store, app, ++sets)).toBe("written");
  expect(troubles.over).toEqual([]);

  reader.close();
  // Without any write that could cause it.
  await eventually(async () => expect(troubles.over).toEqual(["log_long"]));
  expect(logBytes(path)).toBeLessThan(LONG_BYTES);
  expect(await store.ping()).toEqual([]);
  expect(troubles.begun).toHaveLength(1);
  expect(await read(store, app, "ada")).toMatchObject({ version: sets });
}, 20_000);

describe.skipIf(smallDiskIsMissing())("a log that would fill the disk", () => {
  test("stops growing while the disk still has space for the checkpoint, and stored values stay", async () => {
    using disk = new SmallDisk(16);
    const path = join(disk.path, "usermeta.db");
    const troubles = heardTroubles();
    await using store = await openSqliteStore(path, { writerUrl: WATCHFUL_WRITER, troubles });
    const app = await withUsers(store, ["ada"]);
    const reader = foreignReader(path);
    let sets = 0;
    const fault = await faultOf(
      (async () => {
        for (;;) {
          await set(store, app, sets + 1);
          sets += 1;
          // The writer checks between sets.
          await Bun.sleep(1);
        }
      })(),
    );
    expect(fault).toMatchObject({ fault: "full", nothingStored: true });
    expect(fault.message).toContain("writes are refused");
    expect(troubles.begun).toMatchObject([{ kind: "log_long" }]);
    expect(disk.freeBytes).toBeGreaterThan(logBytes(path) / 2);
    expect(await faultOf(store.ping())).toMatchObject({ fault: "full" });
    expect(await read(store, app, "ada")).toMatchObject({ version: sets });

    reader.close();
    await eventually(async () => expect(await store.ping()).toEqual([]));
    expect(await set(store, app, sets + 1)).toBe("written");
    expect(await read(store, app, "ada")).toMatchObject({ version: sets + 1 });
  }, 30_000);
});

test("a serving thread's own reads hold no log, whether they find, miss or fail", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "usermeta.db");
  await using store = await openSqliteStore(path, { exclusive: true, cacheBytes: 1_000_000 });
  const app = await withUsers(store, ["ada", "bob"]);
  await set(store, app, 1);
  await read(store, app, "ada");
  await store.apps();
  await store.changesSince(0);
  await store.users(app, undefined, 1);
  await faultOf(read(store, app, "nobody"));
  const other = new Connection(path);
  expect(other.get("PRAGMA wal_checkpoint(TRUNCATE)")).toEqual({ busy: 0, log: 0, checkpointed: 0 });
  other.close();
});

function set(store: SqliteStore, app: number, number: number) {
  return write(store, app, "ada", `${number}`.padEnd(VALUE_BYTES, "x"));
}

/** Reads once, and never closes its read transaction. */
function foreignReader(path: string): Connection {
  const reader = new Connection(path);
  reader.exec("BEGIN");
  reader.get("SELECT count(*) FROM users");
  return reader;
}

function logBytes(path: string): number {
  return statSync(`${path}-wal`).size;
}

function heardTroubles(): StoreTroubleEvents & { begun: StoreTrouble[]; over: string[] } {
  const begun: StoreTrouble[] = [];
  const over: string[] = [];
  return {
    begun,
    over,
    storeTroubled: (trouble) => void begun.push(trouble),
    storeTroubleOver: (kind) => void over.push(kind),
  };
}
