import type { SchemaUse } from "../../migrate.ts";
import { migrateForTransfer } from "../../transfer/migrate-for-transfer.ts";
import { storeError } from "../connection/errors.ts";
import { Hosts } from "../connection/hosts.ts";
import type { MysqlLocation } from "../connection/location.ts";
import { Session } from "../connection/session.ts";
import { MYSQL_MIGRATIONS, migrationTarget } from "../schema/schema.ts";

/** Migrates the schema to this version as far as `schema` allows; rejects with a `StoreError`. */
export async function prepareSchema(location: MysqlLocation, schema: SchemaUse): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const hosts = new Hosts(location.hosts);
  const [session, heartbeatSession] = [new Session(location, hosts), new Session(location, hosts)];
  for (const opened of [session, heartbeatSession]) stack.defer(() => opened.close());
  try {
    await migrateForTransfer(migrationTarget(location, session, heartbeatSession), MYSQL_MIGRATIONS, schema);
  } catch (error) {
    throw storeError(error, location.text);
  }
}
