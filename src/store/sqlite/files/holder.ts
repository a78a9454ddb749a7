import { constants, Database } from "bun:sqlite";
import { setTimeout as pause } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { StoreError } from "../../store-error.ts";
import type { Connection } from "../connection/connection.ts";
import { statAt } from "./file-id.ts";
import { FileLock, isFileHeld } from "./file-lock.ts";
import { isLockHeld, storeHolder } from "./lock.ts";
import { isRunning, ownProcessId, type ProcessId } from "./process-id.ts";

/** The server that is recorded in the file. */
export interface NamedServer extends ProcessId {
  readonly listen: string;
}

/** The interval of a server's heartbeat. */
export const HEARTBEAT_MS = 1000;
/** A server whose heartbeat has not changed for this long is gone. */
const STILL_MS = 5000;
const POLL_MS = 50;
/** A process that only checks for a server holds the lock for a moment. */
const TRY_MS = 300;
/** The maximum time between a server's two locks. */
const SETTLED_WITHIN_MS = 2000;

const HOLDER = "SELECT boot, pid, pid_namespace AS pidNamespace, started, listen FROM holder";
const HAS_TABLE = "SELECT 1 FROM sqlite_schema WHERE name = 'holder'";

/** Locks the file itself for a server. Refuses with `in_use`. */
export async function holdFile(path: string): Promise<FileLock> {
  const endsAt = performance.now() + TRY_MS;
  for (;;) {
    const lock = FileLock.take(path);
    if (lock !== undefined) return lock;
    if (performance.now() > endsAt) throw inUse(path, storeHolder(path) ?? readFromOtherPath(path));
    await pause(POLL_MS);
  }
}

/**
 * Refuses with `in_use` if a server has the file by another path: a command's writes would go into another WAL and
 * destroy the file. A server that has it by this path shares its WAL with commands.
 */
export async function checkServedHere(path: string): Promise<void> {
  const endsAt = performance.now() + SETTLED_WITHIN_MS;
  while (isFileHeld(path) && !isLockHeld(path)) {
    if (performance.now() > endsAt)
      throw inUse(path, readFromOtherPath(path), " by another path, or its lock file is gone");
    await pause(POLL_MS);
  }
}

/**
 * A server that did not stop cleanly may be gone, or run where this one cannot see it: on another system, which the
 * system's locks do not reach. Its heartbeat decides. Refuses with `in_use`.
 *
 * @param isLocked this process holds the file's lock, so that no other process of this system serves it
 * @param onWait called once, if it must wait
 */
export async function awaitFormerServer(
  connection: Connection,
  isLocked: boolean,
  onWait?: (message: string) => void,
): Promise<void> {
  // A store that is not migrated yet has no record of its server.
  if (connection.get(HAS_TABLE) === undefined) return;
  const former = connection.get<NamedServer>(HOLDER);
  if (former === undefined) return;
  const own = ownProcessId();
  if (isLocked && own.boot === former.boot) return;
  const running = isRunning(former, own);
  if (running === false) return;
  const { path } = connection;
  if (running) throw inUse(path, former);
  const firstHeartbeat = heartbeat(path);
  const endsAt = performance.now() + STILL_MS;
  onWait?.(`${path} was served elsewhere: waiting ${STILL_MS / 1000} s to see whether it still is`);
  while (performance.now() < endsAt) {
    if (heartbeat(path) !== firstHeartbeat) throw inUse(path, former, " on another system or in another container");
    await pause(POLL_MS);
  }
}

/**
 * Records this server in the file, and checkpoints so that it is in the file and not only in the WAL. Returns its
 * nonce.
 */
export function nameServer(connection: Connection, listen: string): string {
  const { boot, pid, pidNamespace, started } = ownProcessId();
  const nonce = crypto.randomUUID();
  connection.exec("BEGIN IMMEDIATE");
  try {
    connection.run("DELETE FROM holder");
    connection.run(
      "INSERT INTO holder (boot, pid, pid_namespace, started, listen, nonce) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
      ...[boot, pid, pidNamespace, started, listen, nonce],
    );
    connection.exec("COMMIT");
  } catch (error) {
    connection.rollback();
    throw error;
  }
  connection.run("PRAGMA wal_checkpoint(PASSIVE)");
  return nonce;
}

/** Called last, so that the next server need not wait. */
export function removeServer(connection: Connection): void {
  connection.run("DELETE FROM holder");
}

function inUse(
  path: string,
  holder: ({ readonly pid: number } & Partial<ProcessId>) | undefined,
  how = "",
): StoreError {
  const isElsewhere = holder?.pidNamespace !== undefined && holder.pidNamespace !== ownProcessId().pidNamespace;
  const where = isElsewhere && how === "" ? " in another container" : "";
  const by =
    holder === undefined ? "another usermeta server" : `the usermeta server with process id ${holder.pid}${where}`;
  return new StoreError("in_use", `${path} is in use by ${by}${how}`);
}

function heartbeat(path: string): number | undefined {
  return statAt(path)?.mtimeMs;
}

/**
 * The server that has the file by another path. `immutable`: takes no lock and creates no WAL at this path. The result
 * may be torn, and is only for a message.
 */
function readFromOtherPath(path: string): NamedServer | undefined {
  try {
    const flags = constants.SQLITE_OPEN_READONLY | constants.SQLITE_OPEN_URI;
    using database = new Database(`${pathToFileURL(path).href}?immutable=1`, flags);
    return database.query<NamedServer, []>(HOLDER).get() ?? undefined;
  } catch {
    return undefined;
  }
}
