import type { Commands } from "./commands.ts";
import type { Connection } from "./connection.ts";
import { Effects } from "./effects.ts";
import { storeError } from "./errors.ts";
import type { SharedState } from "./shared-state.ts";
import { type NumberedCommand, type SentFault, sentFault } from "./writer-messages.ts";

/** What became of a command: its result and, for attributes that were written, their stamp; or a fault. */
export type Outcome = { readonly result: unknown; readonly stamp: number | undefined } | { readonly fault: SentFault };

interface Transaction {
  readonly connection: Connection;
  readonly shared: SharedState;
  readonly table: Commands;
}

/**
 * Runs commands in one transaction, so that all of them wait for one flush of the disk; an outcome for each. If one
 * of them throws, or the commit does, all are undone and run again one by one, so that only those fail which fail
 * alone.
 */
export function commitTogether(transaction: Transaction, commands: readonly NumberedCommand[]): readonly Outcome[] {
  const { connection, shared, table } = transaction;
  try {
    connection.run("BEGIN IMMEDIATE");
  } catch (error) {
    // No need to split: not even one would get the lock, and each would wait for it in turn.
    const fault = sentFault(storeError(error, connection.path));
    return commands.map(() => ({ fault }));
  }
  const effects = new Effects();
  try {
    const results = commands.map((command) => {
      const result = run(connection, command, table);
      effects.add(command, result);
      return result;
    });
    effects.begin(shared);
    connection.run("COMMIT");
    effects.end(shared);
    return commands.map((command, index) => ({ result: results[index], stamp: effects.stampOf(command, shared) }));
  } catch (error) {
    // If this throws too, the thread ends: better no writer than one whose transaction is in doubt.
    connection.rollback();
    effects.end(shared);
    if (commands.length > 1) return commands.flatMap((command) => commitTogether(transaction, [command]));
    return [{ fault: sentFault(storeError(error, connection.path)) }];
  }
}

function run(connection: Connection, [, name, ...args]: NumberedCommand, table: Commands): unknown {
  // as: a command's arguments belong to its name; the compiler cannot follow that through a union.
  const command = table[name] as (connection: Connection, ...args: readonly unknown[]) => unknown;
  return command(connection, ...args);
}
