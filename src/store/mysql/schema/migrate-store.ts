import { migrate, type SchemaChange, type SchemaUse } from "../../migrate.ts";
import { storeError } from "../connection/errors.ts";
import { Hosts } from "../connection/hosts.ts";
import type { MysqlLocation } from "../connection/location.ts";
import { Session } from "../connection/session.ts";
import { MYSQL_MIGRATIONS, migrationTarget } from "./schema.ts";

/** Connects once and brings the schema up to date, as far as `schema` allows; rejects with a `StoreError`. */
export async function migrateMysqlStore(location: MysqlLocation, schema: SchemaUse): Promise<SchemaChange> {
  const hosts = new Hosts(location.hosts);
  const session = new Session(location, hosts);
  const beating = new Session(location, hosts);
  try {
    return await migrate(migrationTarget(location, session, beating), MYSQL_MIGRATIONS, schema);
  } catch (error) {
    throw storeError(error, location.text);
  } finally {
    await Promise.all([session.close(), beating.close()]);
  }
}
