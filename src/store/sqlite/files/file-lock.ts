import { closeSync, fstatSync, openSync } from "node:fs";
import { StoreError } from "../../store-error.ts";
import { systemReason } from "../connection/errors.ts";
import { type FileId, fileIdAt } from "./file-id.ts";
import { LOCK, loadFlock } from "./flock.ts";

interface Opened {
  readonly descriptor: number;
  readonly id: FileId;
  isHeld: boolean;
}

/**
 * Descriptors stay open after their lock is released: closing any descriptor of a file drops every lock that SQLite
 * holds on it in this process. Those of deleted files are closed.
 */
const pool = new Map<string, Opened>();

/**
 * The system's lock on the file itself, not on its path: a process that comes by another path, mount or container meets
 * the same lock. The system releases it whenever its process ends.
 */
export class FileLock implements Disposable {
  readonly #opened: Opened;
  /** False if the system or the file system has no such locks: another process may have the file all the same. */
  readonly isSure: boolean;

  private constructor(opened: Opened, isSure: boolean) {
    this.#opened = opened;
    this.isSure = isSure;
  }

  /** Undefined: another process holds it. */
  static take(path: string): FileLock | undefined {
    const opened = openPooled(path);
    if (opened.isHeld) return undefined;
    const flock = loadFlock();
    const isSure = flock?.(opened.descriptor, LOCK.exclusive | LOCK.noWait) === 0;
    // Unlocking a lock that is not held succeeds wherever locks exist.
    if (!isSure && flock?.(opened.descriptor, LOCK.unlock) === 0) return undefined;
    opened.isHeld = true;
    return new FileLock(opened, isSure);
  }

  /** The file that is locked. */
  get id(): FileId {
    return this.#opened.id;
  }

  /** Open for reading while the lock is held, in all threads. */
  get descriptor(): number {
    return this.#opened.descriptor;
  }

  [Symbol.dispose](): void {
    if (!this.#opened.isHeld) return;
    this.#opened.isHeld = false;
    loadFlock()?.(this.#opened.descriptor, LOCK.unlock);
  }
}

/** Whether any process, this one included, holds the file's lock now. */
export function isFileHeld(path: string): boolean {
  const { descriptor, isHeld } = openPooled(path);
  if (isHeld) return true;
  const flock = loadFlock();
  if (flock === undefined) return false;
  const taken = flock(descriptor, LOCK.shared | LOCK.noWait) === 0;
  return flock(descriptor, LOCK.unlock) === 0 && !taken;
}

function openPooled(path: string): Opened {
  closeRemoved();
  const known = pool.get(keyOf(fileIdAt(path)));
  if (known !== undefined) return known;
  const descriptor = open(path);
  const { dev, ino } = fstatSync(descriptor);
  const opened = { descriptor, id: { dev, ino }, isHeld: false };
  pool.set(keyOf(opened.id), opened);
  return opened;
}

function open(path: string): number {
  try {
    return openSync(path, "r");
  } catch (error) {
    throw new StoreError(
      "cannot_open",
      `${path} cannot be opened (${systemReason(error)}): check that this account may read and write it`,
    );
  }
}

function keyOf(id: FileId | undefined): string {
  return `${id?.dev}:${id?.ino}`;
}

function closeRemoved(): void {
  for (const [key, { descriptor, isHeld }] of pool) {
    if (isHeld || fstatSync(descriptor).nlink > 0) continue;
    pool.delete(key);
    closeSync(descriptor);
  }
}
