import type { SchemaUse } from "../migrate.ts";
import { migrateForTransfer } from "../migrate-for-transfer.ts";
import { storeError } from "./errors.ts";
import { Hosts } from "./hosts.ts";
import type { MysqlLocation } from "./location.ts";
import { MYSQL_MIGRATIONS, migrationTarget } from "./schema.ts";
import { Session } from "./session.ts";

/** Has the schema be this version's, as far as `schema` allows; rejects with a `StoreError`. */
export async function prepareSchema(location: MysqlLocation, schema: SchemaUse): Promise<void> {
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
