import { existsSync, realpathSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { StoreError } from "../../store-error.ts";
import { Connection } from "../connection.ts";

/** The server that serves a store. */
export interface StoreHolder {
  readonly pid: number;
  /** Where it listens, as its configuration says. */
  readonly listen: string;
}

/** Whoever only looks whether a server is there holds the lock for a moment, and so do two that start at once. */
const BUSY_TIMEOUT_MS = 300;
/** In the place of a server's address. */
const COMMAND = "a command";
/** A command holds a store while it makes one change. */
const COMMAND_WAIT_MS_MAX = 10_000;
const TRY_AGAIN_MS = 20;

/** The garbage collector closes connections that nobody refers to, and with one of them the lock would go. */
const held = new Set<StoreLock>();

/**
 * Keeps every second server off a store for as long as this process lives; the operating system drops the lock
 * however it ends. A small SQLite file beside the store, in which a write transaction stays open: that excludes
 * other processes and other connections of this one, and still lets them read who holds it.
 */
export class StoreLock implements Disposable {
  readonly #connection: Connection;

  /**
   * Refuses with `in_use`, naming the holder.
   * @param path the file's true path: by another name it would have another lock
   */
  constructor(path: string, listen: string) {
    this.#connection = openLockFile(path);
    try {
      const nonce = crypto.randomUUID();
      // Another server may write its name between our naming ourselves and our taking the lock for good.
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

/** For a server; waits while it is a command that has the store. @param path as for StoreLock */
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
    await pause(TRY_AGAIN_MS);
  }
}

/** For a command that changes what a server would keep in memory: none starts meanwhile. */
export function lockForCommand(path: string): Promise<StoreLock> {
  return lockForServer(path, COMMAND);
}

/** The server that holds the store now, if any. Never makes a file. */
export function storeHolder(path: string): StoreHolder | undefined {
  const found = lookAtLock(path);
  if (found === "free" || found.holder === undefined || found.holder.listen === COMMAND) return undefined;
  const { pid, listen } = found.holder;
  return { pid, listen };
}

/** Whether a server or a command holds the store by this path. Never makes a file. */
export function isLockHeld(path: string): boolean {
  return lookAtLock(path) !== "free";
}

function lookAtLock(path: string): "free" | { readonly holder: NamedHolder | undefined } {
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
  // What is in it matters only while its writer lives, so it need not be flushed.
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
