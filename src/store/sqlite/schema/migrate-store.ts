import { existsSync } from "node:fs";
import { migrate, type SchemaChange } from "../../migrate.ts";
import { StoreError } from "../../store-error.ts";
import { Connection } from "../connection/connection.ts";
import { checkServedHere } from "../files/holder.ts";
import { lockForCommand } from "../files/lock.ts";
import { mark } from "../files/marker.ts";
import { resolveStorePath } from "../files/resolve-store-path.ts";
import { checkOwnership, checkSchema, migrationTarget, SQLITE_MIGRATIONS } from "./schema.ts";

/**
 * Migrates an existing store to the newest schema. Holds the store while it changes it: an older server may be using
 * it, and `in_use` names that one.
 */
export async function migrateSqliteStore(given: string): Promise<SchemaChange> {
  const { path, isMarked } = resolveStorePath(given);
  if (!existsSync(path)) throw new StoreError("cannot_open", `${path} does not exist: there is nothing to migrate`);
  await checkServedHere(path);
  await using stack = new AsyncDisposableStack();
  const connection = stack.adopt(new Connection(path, { mustExist: true }), (opened) => opened.close());
  checkOwnership(connection, isMarked);
  const { version } = await checkSchema(connection, "migrate");
  if (version >= SQLITE_MIGRATIONS.length) return { from: version, to: version };
  stack.use(await lockForCommand(path));
  connection.useWriteAheadLog();
  const change = await migrate(migrationTarget(connection), SQLITE_MIGRATIONS, "migrate");
  mark(path);
  return change;
}
