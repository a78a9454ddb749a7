import type { Commands } from "./commands.ts";
import type { Connection } from "./connection.ts";
import { storeError } from "./errors.ts";
import { type Answer, type NumberedCommand, sentFault } from "./writer-messages.ts";

/**
 * Runs commands in one transaction, so that all of them wait for one flush of the disk. If one of them throws, or
 * the commit does, all are undone and run again one by one, so that only those fail which fail alone.
 */
export function commitTogether(
  connection: Connection,
  commands: readonly NumberedCommand[],
  table: Commands,
): readonly Answer[] {
  try {
    connection.run("BEGIN IMMEDIATE");
  } catch (error) {
    // No need to split: not even one would get the lock, and each would wait for it in turn.
    const fault = sentFault(storeError(error, connection.path));
    return commands.map(({ id }) => ({ id, fault }));
  }
  try {
    const answers = commands.map((command) => ({ id: command.id, result: run(connection, command, table) }));
    connection.run("COMMIT");
    return answers;
  } catch (error) {
    // If this throws too, the thread ends: better no writer than one whose transaction is in doubt.
    connection.rollback();
    const [first, ...others] = commands;
    if (first === undefined || others.length > 0) {
      return commands.flatMap((command) => commitTogether(connection, [command], table));
    }
    return [{ id: first.id, fault: sentFault(storeError(error, connection.path)) }];
  }
}

function run(connection: Connection, { name, args }: NumberedCommand, table: Commands): unknown {
  // as: a command's arguments belong to its name; the compiler cannot follow that through a union.
  const command = table[name] as (connection: Connection, ...args: NumberedCommand["args"]) => unknown;
  return command(connection, ...args);
}
