/**
 * A sqlite: store as source or target of a copy (store/transfer/transfer.ts). Either is held as its server would hold
 * it.
 */
import { existsSync } from "node:fs";
import { setImmediate as yieldToEventLoop } from "node:timers/promises";
import type { SchemaUse } from "../../migrate.ts";
import { StoreError } from "../../store-error.ts";
import { migrateForTransfer } from "../../transfer/migrate-for-transfer.ts";
import type { TransferSource, TransferTarget } from "../../transfer/transfer.ts";
import { Connection, createPrivately } from "../connection/connection.ts";
import { awaitFormerServer, holdFile } from "../files/holder.ts";
import { lockForServer } from "../files/lock.ts";
import { mark } from "../files/marker.ts";
import { resolveStorePath } from "../files/resolve-store-path.ts";
import { checkOwnership, checkSchema, migrationTarget, SQLITE_MIGRATIONS } from "../schema/schema.ts";
import { SqliteTransferReader } from "./transfer-reader.ts";
import { clearTables, insertGlobals, insertTransferred } from "./transfer-writer.ts";

/** Opens the source; rejects with `in_use`, naming the server, while one has it. */
export async function openSqliteSource(path: string): Promise<TransferSource> {
  resolveStorePath(path);
  if (!existsSync(path)) throw new StoreError("cannot_open", `${path} does not exist: there is nothing to copy`);
  await using opening = new AsyncDisposableStack();
  const connection = await openHeld(path, "as found", opening);
  const reader = new SqliteTransferReader(connection);
  const version = dataVersion(connection);
  const owned = opening.move();
  return Object.assign(reader, {
    async checkAtRest(): Promise<void> {
      if (dataVersion(connection) === version) return;
      throw new StoreError("in_use", `${reader.location} was changed while it was being copied: copy it again`);
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  });
}

/** Creates a missing file. Rejects if it has apps, or as `openSqliteSource` does. */
export async function openSqliteTarget(path: string): Promise<TransferTarget> {
  await using opening = new AsyncDisposableStack();
  const connection = await openHeld(path, "make", opening);
  if (connection.get("SELECT 1 FROM apps") !== undefined) {
    throw new StoreError("location_illegal", `${connection.path} has apps already: copy into a store that has none`);
  }
  // A second connection, whose cache holds nothing that the first one writes.
  const reading = opening.adopt(new Connection(connection.path), (opened) => opened.close());
  const owned = opening.move();
  return Object.assign(new SqliteTransferReader(reading), {
    async clear(): Promise<boolean> {
      return clearTables(connection);
    },
    async putUsers(...[app, users]: Parameters<TransferTarget["putUsers"]>): Promise<void> {
      await yieldToEventLoop();
      insertTransferred(connection, app, users);
    },
    async putGlobals(...[globals, usage]: Parameters<TransferTarget["putGlobals"]>): Promise<void> {
      insertGlobals(connection, globals, usage);
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  });
}

async function openHeld(given: string, schema: SchemaUse, opening: AsyncDisposableStack): Promise<Connection> {
  const { path, isMarked } = resolveStorePath(given);
  createPrivately(path);
  const held = opening.use(await holdFile(path));
  const connection = opening.adopt(new Connection(path, { mustExist: true }), (opened) => opened.close());
  checkOwnership(connection, isMarked);
  opening.use(await lockForServer(path, "no port: it is being copied"));
  await awaitFormerServer(connection, held.isSure);
  await checkSchema(connection, schema);
  connection.useWriteAheadLog();
  await migrateForTransfer(migrationTarget(connection), SQLITE_MIGRATIONS, schema);
  if (schema === "make") mark(path);
  return connection;
}

/** Changes when another connection has changed the file. */
function dataVersion(connection: Connection): number | undefined {
  return connection.get<{ data_version: number }>("PRAGMA data_version")?.data_version;
}
