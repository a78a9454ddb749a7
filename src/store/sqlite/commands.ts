import { addSigningKey, changeApp, deleteApp, insertApp, purge } from "./app-commands.ts";
import { clearAttributes, writeAttributes, writeAttributesOf } from "./attribute-commands.ts";
import type { Connection } from "./connection.ts";
import { changeUser, deleteUsers, insertUsers } from "./user-commands.ts";

/**
 * Every write of the store. Each runs inside a write transaction that others share, so it must look before it
 * changes: a command that refuses has changed nothing. What it throws undoes the whole transaction.
 */
export const COMMANDS = {
  insertApp,
  changeApp,
  deleteApp,
  purge,
  addSigningKey,
  insertUsers,
  changeUser,
  deleteUsers,
  writeAttributes,
  writeAttributesOf,
  clearAttributes,
  probe,
};

export type Commands = typeof COMMANDS;
export type CommandName = keyof Commands;

type Tail<F> = F extends (connection: Connection, ...rest: infer Rest) => unknown ? Rest : never;

/** What a command takes besides the connection; goes through `postMessage`. */
export type CommandArguments<Name extends CommandName> = Tail<Commands[Name]>;
export type CommandResult<Name extends CommandName> = ReturnType<Commands[Name]>;

/**
 * Shows that writing works: a page that is written as it was is committed and flushed like every other. Whether there is
 * room for a large set is found out before (disk-probe.ts).
 */
function probe(connection: Connection): void {
  const version = connection.get<{ user_version: number }>("PRAGMA user_version")?.user_version ?? 0;
  connection.exec(`PRAGMA user_version = ${version}`);
}
