import { USER_BYTES_CEILING } from "../../../core/limits.ts";
import type { StoreError } from "../../store-error.ts";
import { Connection, type Synchronous } from "../connection.ts";
import { storeError } from "../errors.ts";

/** Pages: what a transaction changes past this goes to the log at once, and not only when it is committed. */
const CACHE_PAGES = 4;

/**
 * Asks the disk for as much room as the largest set takes. A row of that size goes into the log and is rolled back: the
 * system calls are those of a set, so that a full disk, a quota or a limit on the size of files shows, and nothing is
 * left but bytes in the log that the next transaction overwrites and flushes.
 *
 * It has a connection of its own, whose cache is too small to hold the row. Since it never commits, nobody else's cache
 * becomes stale.
 */
export class DiskProbe {
  readonly #connection: Connection;

  /** The lock is not waited for. */
  constructor(path: string, synchronous: Synchronous, onDamage: (code: number) => void) {
    this.#connection = new Connection(path, { synchronous, busyTimeoutMs: 0, onDamage, mustExist: true });
    // What this connection never commits must not be folded by it either.
    this.#connection.exec("PRAGMA wal_autocheckpoint = 0");
    this.#connection.exec(`PRAGMA cache_size = ${CACHE_PAGES}`);
    this.#connection.exec("PRAGMA cache_spill = 1");
  }

  /** What keeps a large set from being written; "busy" while another connection has the write lock. */
  fault(): StoreError | undefined {
    const fault = this.#try(() => this.#write()) ?? this.#try(() => this.#connection.rollback());
    if (fault !== undefined) this.#try(() => this.#connection.rollback());
    // A damaged file is told of by `onDamage`, and keeps only those from writing who meet the damaged page.
    return fault?.fault === "corrupt" ? undefined : fault;
  }

  close(): void {
    this.#connection.close();
  }

  #write(): void {
    // Of a look before that could not be undone.
    this.#connection.rollback();
    this.#connection.exec("BEGIN IMMEDIATE");
    // A table of its own: a damaged page of another one is no lack of room. Random: zeros may take none.
    this.#connection.exec("CREATE TABLE probe (bytes BLOB)");
    this.#connection.exec(`INSERT INTO probe VALUES (randomblob(${USER_BYTES_CEILING}))`);
  }

  #try(call: () => void): StoreError | undefined {
    try {
      call();
      return undefined;
    } catch (error) {
      return storeError(error, this.#connection.path);
    }
  }
}
