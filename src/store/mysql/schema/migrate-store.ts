import { migrate, type SchemaChange, type SchemaUse } from "../../migrate.ts";
import { storeError } from "../connection/errors.ts";
import { Hosts } from "../connection/hosts.ts";
import type { MysqlLocation } from "../connection/location.ts";
import { Session } from "../connection/session.ts";
import { MYSQL_MIGRATIONS, migrationTarget } from "./schema.ts";

/** Migrates the schema as far as `schema` allows, on connections of its own; rejects with a `StoreError`. */
export async function migrateMysqlStore(location: MysqlLocation, schema: SchemaUse): Promise<SchemaChange> {
  const hosts = new Hosts(location.hosts);
  const session = new Session(location, hosts);
  const heartbeatSession = new Session(location, hosts);
  try {
    return await migrate(migrationTarget(location, session, heartbeatSession), MYSQL_MIGRATIONS, schema);
  } catch (error) {
    throw storeError(error, location.text);
  } finally {
    await Promise.all([session.close(), heartbeatSession.close()]);
  }
}
