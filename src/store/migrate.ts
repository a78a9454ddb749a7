import { StoreError } from "./store-error.ts";

/** One step of a schema. Steps are numbered 1, 2, 3 …, never changed after a release, and cannot be undone. */
export interface Migration {
  readonly number: number;
  readonly sql: string;
  /**
   * The oldest schema whose programs still work with a store after this step, beside newer ones; defaults to the step's
   * own number. A step that only adds what older programs can ignore allows a rolling upgrade.
   */
  readonly oldest?: number;
}

export interface SchemaVersion {
  /** The number of the last step applied; 0 for an empty store. */
  readonly version: number;
  /** The oldest schema whose programs may use the store. */
  readonly oldest: number;
}

/**
 * What opening a store may do to its schema: "make" creates the schema of a store that does not exist or is empty;
 * "as found" does nothing. Both refuse an older schema, because an older server may be using the store.
 */
export type OpeningUse = "make" | "as found";

/** "migrate" brings an older schema up to date. Only `serve` and `migrate` do that, before the store is opened. */
export type SchemaUse = OpeningUse | "migrate";

/** Schema numbers before and after; equal if nothing was to be done. */
export interface SchemaChange {
  readonly from: number;
  readonly to: number;
}

/** The part of a migration that depends on the engine. */
export interface MigrationTarget {
  /** The store's name in messages to the operator. */
  readonly location: string;
  version(): Promise<SchemaVersion>;
  /**
   * Runs `change` while holding the lock that excludes every other migrator. If it throws, its effects are rolled back
   * or can be applied again.
   */
  locked<T>(change: () => Promise<T>): Promise<T>;
  /**
   * Runs the steps' SQL and records their numbers, inside `locked`. An empty store gets all steps, and no reader sees
   * only some of them. Refuses (`in_use`) a step that would break programs that use the store now.
   */
  apply(steps: readonly Migration[]): Promise<void>;
}

/**
 * Brings a store to the newest schema, as far as `use` allows. Any number of processes may call this at the same time.
 * Refuses a schema of a later version, unless that version declares this one compatible.
 */
export async function migrate(
  target: MigrationTarget,
  migrations: readonly Migration[],
  use: SchemaUse,
): Promise<SchemaChange> {
  // Check without the lock first: opening a store that is up to date must not wait for its writers.
  const { version } = await fitVersion(target, migrations, use);
  if (version >= migrations.length) return { from: version, to: version };
  return await target.locked(async () => {
    const found = await fitVersion(target, migrations, use);
    const steps = migrations.slice(found.version);
    if (steps.length > 0) await target.apply(steps);
    return { from: found.version, to: found.version + steps.length };
  });
}

/** The same for what is kept already: where nothing is kept yet, nothing is done. */
export async function migrateExisting(
  target: MigrationTarget,
  migrations: readonly Migration[],
): Promise<SchemaChange> {
  const { version } = await target.version();
  return version === 0 ? { from: 0, to: 0 } : await migrate(target, migrations, "migrate");
}

/** The store's schema, if this program can use it; changes nothing. */
export async function fitVersion(
  target: Pick<MigrationTarget, "location" | "version">,
  migrations: readonly Migration[],
  use: SchemaUse,
): Promise<SchemaVersion> {
  const { location } = target;
  const known = migrations.length;
  const found = await target.version();
  const { version, oldest } = found;
  if (oldest > known) {
    throw new StoreError(
      "schema_newer",
      `${location} was written by a newer version of usermeta (its schema is number ${version}, ` +
        `this version knows ${known}); start that version, or restore a backup from before the upgrade`,
    );
  }
  if (version === 0 && use !== "make") {
    throw new StoreError("not_usermeta", `${location} holds no usermeta store yet`);
  }
  if (version > 0 && version < known && use !== "migrate") {
    throw new StoreError(
      "schema_older",
      `${location} has schema number ${version}, and this version of usermeta needs number ${known}: ` +
        "use the version that serves it, or upgrade it with `usermeta migrate`",
    );
  }
  return found;
}
