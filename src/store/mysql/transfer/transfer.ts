/** A mysql: store as source or target of a copy (store/transfer/transfer.ts). A store that servers use is refused. */
import type { SchemaUse } from "../../migrate.ts";
import { StoreError } from "../../store-error.ts";
import { migrateForTransfer } from "../../transfer/migrate-for-transfer.ts";
import type { TransferSource, TransferTarget } from "../../transfer/transfer.ts";
import { storeError } from "../connection/errors.ts";
import { Hosts } from "../connection/hosts.ts";
import type { MysqlLocation } from "../connection/location.ts";
import { rowsOf, Session } from "../connection/session.ts";
import { MYSQL_MIGRATIONS, migrationTarget } from "../schema/schema.ts";
import { HeartbeatCheck } from "./heartbeat-check.ts";
import { MysqlTransferReader } from "./transfer-reader.ts";
import { TransferSession } from "./transfer-session.ts";
import { clearTables, insertGlobals, insertTransferred } from "./transfer-writer.ts";

/** Rejects with `in_use` while a server uses the store. */
export async function openMysqlSource(location: MysqlLocation): Promise<TransferSource> {
  await using opening = new AsyncDisposableStack();
  const session = opening.use(new TransferSession(location));
  await prepareSchema(location, "as found");
  const servers = await HeartbeatCheck.watch(session, location.text);
  const owned = opening.move();
  return Object.assign(new MysqlTransferReader(location.text, session), {
    checkAtRest: () => servers.check(),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  });
}

/** Creates missing tables. Rejects if there are apps, or as `openMysqlSource` does. */
export async function openMysqlTarget(location: MysqlLocation): Promise<TransferTarget> {
  await using opening = new AsyncDisposableStack();
  const session = opening.use(new TransferSession(location));
  await prepareSchema(location, "make");
  const servers = await HeartbeatCheck.watch(session, location.text);
  if (rowsOf(await session.ask("SELECT 1 FROM apps LIMIT 1")).length > 0) {
    throw new StoreError("location_illegal", `${location.text} has apps already: copy into a store that has none`);
  }
  const owned = opening.move();
  return Object.assign(new MysqlTransferReader(location.text, session), {
    clear: () => clearTables(session),
    async putUsers(...[app, users]: Parameters<TransferTarget["putUsers"]>): Promise<void> {
      await insertTransferred(session, app, users);
    },
    async putGlobals(...[globals, usage]: Parameters<TransferTarget["putGlobals"]>): Promise<void> {
      await servers.check();
      await insertGlobals(session, globals, usage, location.text);
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  });
}

/** Has the schema be this version's, as far as `schema` allows; rejects with a `StoreError`. */
async function prepareSchema(location: MysqlLocation, schema: SchemaUse): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const hosts = new Hosts(location.hosts);
  const [session, beating] = [new Session(location, hosts), new Session(location, hosts)];
  for (const opened of [session, beating]) stack.defer(() => opened.close());
  try {
    await migrateForTransfer(migrationTarget(location, session, beating), MYSQL_MIGRATIONS, schema);
  } catch (error) {
    throw storeError(error, location.text);
  }
}
