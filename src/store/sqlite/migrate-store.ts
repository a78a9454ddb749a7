import { existsSync, realpathSync } from "node:fs";
import { migrate, type SchemaChange } from "../migrate.ts";
import { StoreError } from "../store-error.ts";
import { Connection } from "./connection.ts";
import { lockForCommand } from "./lock.ts";
import { checkOwnership, checkSchema, migrationTarget, SQLITE_MIGRATIONS } from "./schema.ts";

/**
 * Brings a store that is there to the newest schema. One that has to be changed is held meanwhile: the server that has
 * it may be an older one, and `in_use` names it.
 */
export async function migrateSqliteStore(path: string): Promise<SchemaChange> {
  if (!existsSync(path)) throw new StoreError("cannot_open", `${path} does not exist: there is nothing to migrate`);
  await using stack = new AsyncDisposableStack();
  const connection = stack.adopt(new Connection(path), (opened) => opened.close());
  checkOwnership(connection);
  const { version } = await checkSchema(connection, "migrate");
  if (version >= SQLITE_MIGRATIONS.length) return { from: version, to: version };
  stack.use(await lockForCommand(realpathSync(path)));
  connection.useWriteAheadLog();
  return await migrate(migrationTarget(connection), SQLITE_MIGRATIONS, "migrate");
}
