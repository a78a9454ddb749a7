import { StoreError } from "./store-error.ts";

/** One step of a schema. Steps are numbered 1, 2, 3 …, never changed once released, and there is no way back. */
export interface Migration {
  readonly number: number;
  readonly sql: string;
  /**
   * The oldest schema whose programs go on working with a store after this step, beside newer ones; its own number
   * when left out. A step that only adds what older programs need not know of allows a rolling upgrade.
   */
  readonly oldest?: number;
}

export interface SchemaVersion {
  /** The number of the last step applied; 0 for a fresh store. */
  readonly version: number;
  /** The oldest schema whose programs may use the store. */
  readonly oldest: number;
}

/** An engine's side of migrating. */
export interface MigrationTarget {
  /** What the operator knows the store by. */
  readonly location: string;
  version(): Promise<SchemaVersion>;
  /**
   * Runs `step` while holding the lock that keeps every other migrator out. After a throw the step is as if it had not
   * begun, or can be run again.
   */
  locked<T>(step: () => Promise<T>): Promise<T>;
  /**
   * Runs the step's SQL and records its number, inside `locked`. Refuses (`in_use`) a step that would break programs
   * which have the store now.
   */
  apply(migration: Migration): Promise<void>;
}

/**
 * Brings a store to the newest schema, one step after the other, and says how many that took. Any number of processes
 * may do so at once. Refuses a schema that a later version has made, unless that version says that this one can go on.
 */
export async function migrate(target: MigrationTarget, migrations: readonly Migration[]): Promise<number> {
  let applied = 0;
  // Without the lock first: opening a store that is up to date must not wait for its writers.
  while (nextAfter(await target.version(), migrations, target.location) !== undefined) {
    await target.locked(async () => {
      const next = nextAfter(await target.version(), migrations, target.location);
      if (next === undefined) return;
      await target.apply(next);
      applied += 1;
    });
  }
  return applied;
}

function nextAfter(
  { version, oldest }: SchemaVersion,
  migrations: readonly Migration[],
  location: string,
): Migration | undefined {
  if (oldest > migrations.length) {
    throw new StoreError(
      "schema_newer",
      `${location} was written by a newer version of usermeta (its schema is number ${version}, ` +
        `this version knows ${migrations.length}); start that version, or restore a copy from before the upgrade`,
    );
  }
  return migrations[version];
}
