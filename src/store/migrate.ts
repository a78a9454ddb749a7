import { StoreError } from "./store-error.ts";

/** One step of a schema. Steps are numbered 1, 2, 3 …, never changed once released, and there is no way back. */
export interface Migration {
  readonly number: number;
  readonly sql: string;
}

/** An engine's side of migrating. */
export interface MigrationTarget {
  /** What the operator knows the store by. */
  readonly location: string;
  /** The number of the last step applied; 0 for a fresh store. */
  version(): Promise<number>;
  /**
   * Runs `step` in one transaction while holding the lock that keeps every other writer and migrator out; a throw
   * rolls all of it back.
   */
  locked<T>(step: () => Promise<T>): Promise<T>;
  /** Runs the step's SQL and records its number, inside `locked`. */
  apply(migration: Migration): Promise<void>;
}

/**
 * Brings a store to the newest schema, one transaction a step, and says how many steps that took. Any number of
 * processes may do so at once. Refuses a schema that a later version has made: what it means is not known here.
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

function nextAfter(version: number, migrations: readonly Migration[], location: string): Migration | undefined {
  if (version > migrations.length) {
    throw new StoreError(
      "schema_newer",
      `${location} was written by a newer version of usermeta (its schema is number ${version}, ` +
        `this version knows ${migrations.length}); start that version, or restore a copy from before the upgrade`,
    );
  }
  return migrations[version];
}
