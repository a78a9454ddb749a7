import type { Connection } from "../connection/connection.ts";
import { addSigningKey, changeApp, deleteApp, insertApp, purge } from "./app-commands.ts";
import { clearAttributes, writeAttributes, writeAttributesOf } from "./attribute-commands.ts";
import { changeUser, deleteUsers, insertUsers } from "./user-commands.ts";

/**
 * Every write of the store. Each runs in a write transaction that it shares with others (group commit), so it checks
 * before it changes: a command that refuses has changed nothing. If it throws, the whole transaction is rolled back.
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

/** A command's arguments after the connection; they go through `postMessage`. */
export type CommandArguments<Name extends CommandName> = Tail<Commands[Name]>;
export type CommandResult<Name extends CommandName> = ReturnType<Commands[Name]>;

/**
 * Shows that writing works: rewrites a page unchanged and commits it with an fsync. disk-probe.ts first checks that a
 * large set has room.
 */
function probe(connection: Connection): void {
  const version = connection.get<{ user_version: number }>("PRAGMA user_version")?.user_version ?? 0;
  connection.exec(`PRAGMA user_version = ${version}`);
}
