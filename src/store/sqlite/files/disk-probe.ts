import { USER_BYTES_CEILING } from "../../../core/limits.ts";
import type { StoreError } from "../../store-error.ts";
import { Connection } from "../connection/connection.ts";
import { storeError } from "../connection/errors.ts";

/** In pages: changes beyond this go to the WAL immediately, not only at the commit. */
const CACHE_PAGES = 4;

/**
 * Checks that the disk has room for the largest set. Writes a row of that size to the WAL and rolls back. The system
 * calls are those of a set, so a full disk, a quota or a file size limit shows. All that is left is bytes in the WAL
 * that the next transaction overwrites and flushes.
 *
 * It has a connection of its own, whose cache is too small to hold the row. It never commits, so no other connection's
 * cache becomes stale.
 */
export class DiskProbe {
  readonly #connection: Connection;

  /** Does not wait for the lock. */
  constructor(path: string, onDamage: (code: number) => void) {
    this.#connection = new Connection(path, { busyTimeoutMs: 0, onDamage, mustExist: true });
    // This connection must not checkpoint, either.
    this.#connection.exec("PRAGMA wal_autocheckpoint = 0");
    this.#connection.exec(`PRAGMA cache_size = ${CACHE_PAGES}`);
    this.#connection.exec("PRAGMA cache_spill = 1");
  }

  /** Why a large set cannot be written; "busy" while another connection has the write lock. */
  fault(): StoreError | undefined {
    const fault = this.#try(() => this.#write()) ?? this.#try(() => this.#connection.rollback());
    if (fault !== undefined) this.#try(() => this.#connection.rollback());
    // Damage is reported by `onDamage`, and prevents only writes to the damaged page.
    return fault?.fault === "corrupt" ? undefined : fault;
  }

  close(): void {
    this.#connection.close();
  }

  #write(): void {
    // In case an earlier probe could not be rolled back.
    this.#connection.rollback();
    this.#connection.exec("BEGIN IMMEDIATE");
    // A separate table: a damaged page elsewhere is no lack of room. Random bytes: zeros may take none.
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
