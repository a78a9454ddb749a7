import { type Migration, type MigrationTarget, migrate, type SchemaUse } from "../migrate.ts";
import { StoreError } from "../store-error.ts";

/**
 * As `migrate`, but refuses a schema newer than this version: a server may ignore what a later version has added, but a
 * copy would lose it.
 */
export async function migrateForTransfer(
  target: MigrationTarget,
  migrations: readonly Migration[],
  use: SchemaUse,
): Promise<void> {
  const { to: version } = await migrate(target, migrations, use);
  if (version <= migrations.length) return;
  throw new StoreError(
    "schema_newer",
    `${target.location} was written by a newer version of usermeta (its schema is number ${version}, ` +
      `this version knows ${migrations.length}); copy it with that version`,
  );
}
