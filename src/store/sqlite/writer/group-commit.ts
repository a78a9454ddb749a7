import type { StoreError, StoreFault } from "../../store-error.ts";
import type { Commands } from "../commands.ts";
import type { Connection } from "../connection.ts";
import { storeError } from "../errors.ts";
import type { SharedState } from "../shared-state.ts";
import { Invalidations } from "./invalidations.ts";
import type { NumberedCommand } from "./writer-messages.ts";

/** What became of a command: its result and, for attributes that were written, their stamp. */
export interface Done {
  readonly result: unknown;
  readonly stamp: number | undefined;
}

/** Why none of the commands was carried out. */
export interface Undone {
  readonly undone: StoreError;
  /** The disk may have kept it all the same: a restart would find it in the log. */
  readonly isInDoubt: boolean;
}

interface Transaction {
  readonly connection: Connection;
  readonly shared: SharedState;
  readonly table: Commands;
}

/** Takes the write lock without waiting for it; what keeps it from that, if anything. */
export function begin(connection: Connection): StoreError | undefined {
  try {
    connection.run("BEGIN IMMEDIATE");
    return undefined;
  } catch (error) {
    return storeError(error, connection.path);
  }
}

/**
 * Runs commands in the transaction that was begun for them, and commits it, so that all of them wait for one flush of
 * the disk; an outcome for each. If one of them throws, or the commit does, all are undone.
 */
export function commitTogether(
  { connection, shared, table }: Transaction,
  commands: readonly NumberedCommand[],
): readonly Done[] | Undone {
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
    // If this throws too, the thread ends: better no writer than one whose transaction is in doubt.
    connection.rollback();
    invalidations.end(shared);
    const undone = storeError(error, connection.path);
    return { undone, isInDoubt: isCommitting && !UNDONE_IN_COMMIT.includes(undone.fault) };
  }
}

/** Faults of a commit that come before its last page is written, without which no restart takes it for one. */
const UNDONE_IN_COMMIT: readonly StoreFault[] = ["busy", "full", "readonly"];

function run(connection: Connection, [, name, ...args]: NumberedCommand, table: Commands): unknown {
  // as: a command's arguments belong to its name; the compiler cannot follow that through a union.
  const command = table[name] as (connection: Connection, ...args: readonly unknown[]) => unknown;
  return command(connection, ...args);
}
