import { existsSync, realpathSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { StoreError } from "../../store-error.ts";
import { Connection } from "../connection/connection.ts";

/** The server that serves a store. */
export interface StoreHolder {
  readonly pid: number;
  /** Where it listens, as its configuration says. */
  readonly listen: string;
}

/** A process that only checks for a server holds the lock for a moment, and so do two that start at the same time. */
const BUSY_TIMEOUT_MS = 300;
/** Stands in for a server's address. */
const COMMAND = "a command";
/** A command holds a store during one change. */
const COMMAND_WAIT_MS_MAX = 10_000;
const RETRY_MS = 20;

/** Keeps connections referenced: the garbage collector would close them, and release the lock. */
const held = new Set<StoreLock>();

/**
 * Keeps a second server from opening a store while this process lives; the operating system releases the lock whenever
 * it ends. The lock is a small SQLite file beside the store with an open write transaction. That excludes other
 * processes and other connections of this one, and still lets them read who holds it.
 */
export class StoreLock implements Disposable {
  readonly #connection: Connection;

  /**
   * Refuses with `in_use`, naming the holder.
   * @param path the file's real path: another name would be another lock
   */
  constructor(path: string, listen: string) {
    this.#connection = openLockFile(path);
    try {
      const nonce = crypto.randomUUID();
      // Another server may record itself between our record and our lock.
      do {
        this.#begin(path);
        nameHolder(this.#connection, { pid: process.pid, listen, nonce });
        this.#connection.exec("COMMIT");
        this.#begin(path);
      } while (!this.#holds(nonce));
    } catch (error) {
      this.#connection.close();
      throw error;
    }
    held.add(this);
  }

  [Symbol.dispose](): void {
    held.delete(this);
    this.#connection.rollback();
    this.#connection.close();
  }

  #begin(path: string): void {
    try {
      this.#connection.exec("BEGIN IMMEDIATE");
    } catch (error) {
      if (!(error instanceof StoreError) || error.fault !== "busy") throw error;
      const holder = readHolder(this.#connection);
      const what = holder?.listen === COMMAND ? "command" : "server";
      const by =
        holder === undefined ? "another usermeta server" : `the usermeta ${what} with process id ${holder.pid}`;
      throw new StoreError("in_use", `${path} is in use by ${by}`);
    }
  }

  #holds(nonce: string): boolean {
    if (readHolder(this.#connection)?.nonce === nonce) return true;
    this.#connection.rollback();
    return false;
  }
}

/** Locks the store for a server; waits while a command holds it. @param path as for StoreLock */
export async function lockForServer(path: string, listen: string): Promise<StoreLock> {
  const endsAt = performance.now() + COMMAND_WAIT_MS_MAX;
  for (;;) {
    try {
      return new StoreLock(path, listen);
    } catch (error) {
      const isLate = performance.now() > endsAt;
      if (isLate || !(error instanceof StoreError) || error.fault !== "in_use") throw error;
      if (storeHolder(path) !== undefined) throw error;
    }
    await pause(RETRY_MS);
  }
}

/** Locks the store for a command that changes data a server would cache: no server starts meanwhile. */
export function lockForCommand(path: string): Promise<StoreLock> {
  return lockForServer(path, COMMAND);
}

/** The server that holds the store now, if any. Never creates a file. */
export function storeHolder(path: string): StoreHolder | undefined {
  const found = inspectLock(path);
  if (found === "free" || found.holder === undefined || found.holder.listen === COMMAND) return undefined;
  const { pid, listen } = found.holder;
  return { pid, listen };
}

/** Whether a server or a command holds the store by this path. Never creates a file. */
export function isLockHeld(path: string): boolean {
  return inspectLock(path) !== "free";
}

function inspectLock(path: string): "free" | { readonly holder: NamedHolder | undefined } {
  const file = existsSync(path) ? realpathSync(path) : path;
  if (!existsSync(lockPath(file))) return "free";
  const connection = openLockFile(file);
  try {
    connection.exec("BEGIN IMMEDIATE");
    connection.rollback();
    return "free";
  } catch (error) {
    if (!(error instanceof StoreError) || error.fault !== "busy") throw error;
    return { holder: readHolder(connection) };
  } finally {
    connection.close();
  }
}

interface NamedHolder extends StoreHolder {
  readonly nonce: string;
}

export function lockPath(path: string): string {
  return `${path}.lock`;
}

function openLockFile(path: string): Connection {
  // Its content matters only while its writer lives, so it needs no fsync.
  return new Connection(lockPath(path), { synchronous: "OFF", busyTimeoutMs: BUSY_TIMEOUT_MS });
}

function nameHolder(connection: Connection, { pid, listen, nonce }: NamedHolder): void {
  connection.exec("CREATE TABLE IF NOT EXISTS holder (pid INTEGER NOT NULL, listen TEXT NOT NULL, nonce TEXT) STRICT");
  connection.run("DELETE FROM holder");
  connection.run("INSERT INTO holder (pid, listen, nonce) VALUES (?1, ?2, ?3)", pid, listen, nonce);
}

function readHolder(connection: Connection): NamedHolder | undefined {
  return connection.get<NamedHolder>("SELECT pid, listen, nonce FROM holder");
}
