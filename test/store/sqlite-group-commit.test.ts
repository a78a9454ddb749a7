import { expect, test } from "bun:test";
import { join } from "node:path";
import type { AttributesWrite } from "../../src/core/ports/attribute-store.ts";
import { COMMANDS } from "../../src/store/sqlite/commands/commands.ts";
import { Connection } from "../../src/store/sqlite/connection/connection.ts";
import { createServingStore } from "../../src/store/sqlite/serving-store.ts";
import { newSharedCells, SharedState } from "../../src/store/sqlite/shared-state.ts";
import { openSqliteStore } from "../../src/store/sqlite/store.ts";
import { begin, commitBatch, type Done } from "../../src/store/sqlite/writer/group-commit.ts";
import { WriterClient } from "../../src/store/sqlite/writer/writer-client.ts";
import type { NumberedCommand } from "../../src/store/sqlite/writer/writer-messages.ts";
import { name } from "../contract/open-for-test.ts";
import { temporaryFolder, withUsers } from "./sqlite-fixture.ts";

/** Reports the moments between a commit and the steps after it. */
class WatchedConnection extends Connection {
  onCommitted: () => void = () => {};

  override run(...[sql, ...bindings]: Parameters<Connection["run"]>): number {
    const changes = super.run(sql, ...bindings);
    if (sql === "COMMIT") this.onCommitted();
    return changes;
  }
}

const ADA = name("ada");

function command(write: AttributesWrite): NumberedCommand {
  const { app, userId, version, json, bytes, modified, appBytesMax } = write;
  return [1, "writeAttributes", app, write.name, userId, version, json, bytes, modified, appBytesMax];
}

/** The stores of two threads, simulated in one, and a writer that the test runs. */
async function start(path: string) {
  await using opened = await openSqliteStore(path);
  const app = await withUsers(opened, ["ada"]);
  const shared = new SharedState(newSharedCells());
  const serving = () => {
    const writer = new WriterClient(path);
    return createServingStore({ connection: new Connection(path), writer, shared, cacheBytes: 1_000_000 });
  };
  const connection = new WatchedConnection(path);
  const transaction = { connection, shared, table: COMMANDS };
  return { app, first: serving(), second: serving(), connection, transaction };
}

type Transaction = Awaited<ReturnType<typeof start>>["transaction"];

function commit(transaction: Transaction, ...commands: readonly NumberedCommand[]): readonly Done[] {
  expect(begin(transaction.connection)).toBeUndefined();
  const outcome = commitBatch(transaction, commands);
  if ("rolledBack" in outcome) throw outcome.rolledBack;
  return outcome;
}

test("as soon as a commit is visible no copy of the replaced value is returned, even before the write is acknowledged", async () => {
  using folder = temporaryFolder();
  const { app, first, second, connection, transaction } = await start(join(folder.path, "usermeta.db"));
  const before = await first.attributes(app, ADA);
  await second.attributes(app, ADA);
  if (before === undefined) throw new Error("no ada");
  const { userId, version } = before;
  const write = {
    app,
    name: ADA,
    userId,
    version,
    json: '{"a":"1"}',
    bytes: 2,
    growth: 2,
    modified: 1,
    appBytesMax: 100,
  };
  const seen: unknown[] = [];
  connection.onCommitted = () => {
    for (const store of [first, second]) seen.push(store.attributes(app, ADA), store.attributesOf(app, [ADA]));
  };
  const [outcome] = commit(transaction, command(write));
  expect(outcome).toMatchObject({ result: "written" });
  const after = { userId, version: version + 1, json: '{"a":"1"}', bytes: 2, modified: 1 };
  expect(seen).toEqual([after, [after], after, [after]]);
  expect(await first.attributes(app, ADA)).toEqual(after);
});

test("a feed entry is announced when it can be read, and before the write is acknowledged", async () => {
  using folder = temporaryFolder();
  const { app, first, connection, transaction } = await start(join(folder.path, "usermeta.db"));
  const { cursor } = await first.changesSince(0);
  const announced = first.feedVersion();
  let readable: unknown;
  connection.onCommitted = () => {
    readable = first.changesSince(cursor);
  };
  commit(transaction, [1, "changeUser", app, ADA, { revokeTokens: true }, 5]);
  expect(readable).toMatchObject({ changes: [{ kind: "user" }] });
  expect(first.feedVersion()).not.toBe(announced);
});

test("only a write whose user nothing else in its transaction may have changed has a stamp", async () => {
  using folder = temporaryFolder();
  const { app, first, transaction } = await start(join(folder.path, "usermeta.db"));
  const before = await first.attributes(app, ADA);
  if (before === undefined) throw new Error("no ada");
  const { userId, version } = before;
  const write = {
    app,
    name: ADA,
    userId,
    version,
    json: '{"a":"1"}',
    bytes: 2,
    growth: 2,
    modified: 1,
    appBytesMax: 100,
  };
  const alone = commit(transaction, command(write));
  expect(alone).toEqual([{ result: "written", stamp: expect.any(Number) }]);
  const cleared: NumberedCommand = [2, "clearAttributes", app, ADA, 9];
  const together = commit(transaction, command({ ...write, version: version + 1, json: "{}" }), cleared);
  expect(together[0]).toEqual({ result: "written", stamp: undefined });
});
