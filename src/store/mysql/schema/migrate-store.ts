import { type MigrationTarget, migrate, migrateExisting, type SchemaChange, type SchemaUse } from "../../migrate.ts";
import { storeError } from "../connection/errors.ts";
import { Hosts } from "../connection/hosts.ts";
import type { MysqlLocation } from "../connection/location.ts";
import { Session } from "../connection/session.ts";
import { MYSQL_MIGRATIONS, migrationTarget } from "./schema.ts";

/** Migrates the schema as far as `schema` allows, on connections of its own; rejects with a `StoreError`. */
export async function migrateMysqlStore(location: MysqlLocation, schema: SchemaUse): Promise<SchemaChange> {
  return await connected(location, (target) => migrate(target, MYSQL_MIGRATIONS, schema));
}

/** For a server that opens the store next: a database in which nothing is kept yet is left to the opening. */
export async function migrateMysqlForServer(location: MysqlLocation): Promise<void> {
  await connected(location, (target) => migrateExisting(target, MYSQL_MIGRATIONS));
}

async function connected(
  location: MysqlLocation,
  run: (target: MigrationTarget) => Promise<SchemaChange>,
): Promise<SchemaChange> {
  const hosts = new Hosts(location.hosts);
  const session = new Session(location, hosts);
  const heartbeatSession = new Session(location, hosts);
  try {
    return await run(migrationTarget(location, session, heartbeatSession));
  } catch (error) {
    throw storeError(error, location.text);
  } finally {
    await Promise.all([session.close(), heartbeatSession.close()]);
  }
}
