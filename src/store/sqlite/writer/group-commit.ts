import type { StoreError, StoreFault } from "../../store-error.ts";
import type { Commands } from "../commands/commands.ts";
import type { Connection } from "../connection/connection.ts";
import { storeError } from "../connection/errors.ts";
import type { SharedState } from "../shared-state.ts";
import { Invalidations } from "./invalidations.ts";
import type { NumberedCommand } from "./writer-messages.ts";

/** A command's result and, for attributes that were written, their version stamp. */
export interface Done {
  readonly result: unknown;
  readonly stamp: number | undefined;
}

/** Why a group of commands was rolled back. */
export interface RolledBack {
  readonly rolledBack: StoreError;
  /** The disk may have it all the same: recovery would find it in the WAL. */
  readonly isInDoubt: boolean;
}

interface Transaction {
  readonly connection: Connection;
  readonly shared: SharedState;
  readonly table: Commands;
}

/** Begins a transaction without waiting for the write lock; returns the fault, if any. */
export function begin(connection: Connection): StoreError | undefined {
  try {
    connection.run("BEGIN IMMEDIATE");
    return undefined;
  } catch (error) {
    return storeError(error, connection.path);
  }
}

/**
 * Group commit: runs commands in the open transaction and commits it, so that all of them share one fsync; one outcome
 * per command. If a command or the commit throws, the whole batch is rolled back.
 */
export function commitBatch(
  { connection, shared, table }: Transaction,
  commands: readonly NumberedCommand[],
): readonly Done[] | RolledBack {
  const invalidations = new Invalidations();
  let isCommitting = false;
  try {
    const results = commands.map((command) => {
      const result = run(connection, command, table);
      invalidations.add(command, result);
      return result;
    });
    invalidations.begin(shared);
    isCommitting = true;
    connection.run("COMMIT");
    invalidations.end(shared);
    return commands.map((command, index) => ({
      result: results[index],
      stamp: invalidations.stampOf(command, shared),
    }));
  } catch (error) {
    // If this throws, too, the thread ends: better no writer than one with a transaction in doubt.
    connection.rollback();
    invalidations.end(shared);
    const rolledBack = storeError(error, connection.path);
    return { rolledBack, isInDoubt: isCommitting && !SURELY_ROLLED_BACK.includes(rolledBack.fault) };
  }
}

/** Faults of a commit before its last page is written; recovery ignores a transaction without that page. */
const SURELY_ROLLED_BACK: readonly StoreFault[] = ["busy", "full", "readonly"];

function run(connection: Connection, [, name, ...args]: NumberedCommand, table: Commands): unknown {
  // as: a command's arguments belong to its name; the compiler cannot follow that through a union.
  const command = table[name] as (connection: Connection, ...args: readonly unknown[]) => unknown;
  return command(connection, ...args);
}
