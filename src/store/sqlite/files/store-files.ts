/**
 * What protects the store's files: locks against a second server (lock.ts by path, file-lock.ts and holder.ts by file),
 * the marker of a created store (marker.ts), the watch for lost files (this file, file-watch.ts), checkpoints of the
 * WAL (log-watch.ts), and the check for room on the disk (disk-probe.ts).
 */
import { readSync } from "node:fs";
import type { Connection } from "../connection/connection.ts";
import { type FileId, fileIdAt, isSameFile } from "./file-id.ts";
import { lockPath } from "./lock.ts";

/** The files of an open store, and a mark to recognize its content; goes through `postMessage`. */
export interface StoreFilesId {
  readonly path: string;
  readonly main: FileId | undefined;
  readonly log: FileId | undefined;
  readonly index: FileId | undefined;
  /** Undefined for a command, which has no lock. */
  readonly lock: FileId | undefined;
  /** Where a server has recorded itself: see holder.ts. */
  readonly named: NamedFile | undefined;
}

interface NamedFile {
  /** Of the main file, open in this process. */
  readonly descriptor: number;
  readonly nonce: string;
}

/** A page of the file, in bytes. */
interface Place {
  readonly at: number;
  readonly size: number;
}

/** @property kind `overwritten` = the open file holds other content now; `moved` = its path leads elsewhere */
export interface Loss {
  readonly kind: "moved" | "overwritten";
  readonly message: string;
}

/** SQLite's largest page size; the row is at the end of its page. */
const PAGE_BYTES_MAX = 65_536;
const ROOT_PAGE = "SELECT rootpage FROM sqlite_schema WHERE name = 'holder'";
const BACKUP = 'restore a backup (docs/OPERATIONS.md, "Restore a backup")';

export function storeFilesId(path: string, isServed: boolean, named: NamedFile | undefined): StoreFilesId {
  const [main, log, index] = [path, `${path}-wal`, `${path}-shm`].map(fileIdAt);
  return { path, main, log, index, lock: isServed ? fileIdAt(lockPath(path)) : undefined, named };
}

/**
 * Checks that the paths still lead to the open files, and that the content is still the store's. FileWatch calls it.
 */
export class StoreFiles {
  readonly #id: StoreFilesId;
  readonly #page: Buffer;
  #nonceAt: Place | undefined;

  constructor(id: StoreFilesId) {
    this.#id = id;
    this.#page = Buffer.alloc(id.named === undefined ? 0 : PAGE_BYTES_MAX);
  }

  /** Undefined: nothing is lost. Takes about 10 µs. */
  look(connection: Connection | undefined): Loss | undefined {
    const { path, main, log, index, lock } = this.#id;
    const there = fileIdAt(path);
    if (!isSameFile(there, main)) return this.#moved(path, there, `put it back, or stop the server and ${BACKUP}`);
    if (connection !== undefined && !this.#isNamed(connection)) {
      const message = `${path} was overwritten while it was served: nothing is written; stop the server and ${BACKUP}`;
      return { kind: "overwritten", message };
    }
    const others: readonly (readonly [string, FileId | undefined])[] = [
      [`${path}-wal`, log],
      [`${path}-shm`, index],
      [lockPath(path), lock],
    ];
    for (const [beside, id] of others) {
      if (id === undefined) continue;
      const found = fileIdAt(beside);
      if (!isSameFile(found, id))
        return this.#moved(beside, found, "put it back, or stop the server and start it again");
    }
    return undefined;
  }

  #moved(path: string, there: FileId | undefined, what: string): Loss {
    const how = there === undefined ? "moved or removed" : "replaced by another file";
    return { kind: "moved", message: `${path} was ${how} while it was served: nothing is written; ${what}` };
  }

  /** Whether this server's nonce is on its page of the file. VACUUM may have moved the page. */
  #isNamed(connection: Connection): boolean {
    if (this.#id.named === undefined) return true;
    if (this.#nonceAt !== undefined && this.#isNonceAt(this.#nonceAt)) return true;
    const size = connection.get<{ page_size: number }>("PRAGMA page_size")?.page_size ?? 0;
    const page = connection.get<{ rootpage: number }>(ROOT_PAGE)?.rootpage ?? 0;
    const place = { at: size * (page - 1), size };
    if (this.#isNonceAt(place)) {
      this.#nonceAt = place;
      return true;
    }
    // Until it was found once, it may still be in the WAL.
    return this.#nonceAt === undefined;
  }

  #isNonceAt({ at, size }: Place): boolean {
    const { named } = this.#id;
    if (named === undefined || at < 0) return false;
    const read = readSync(named.descriptor, this.#page, 0, size, at);
    return this.#page.subarray(0, read).includes(named.nonce);
  }
}
