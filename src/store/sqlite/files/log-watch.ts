import { statfsSync } from "node:fs";
import { dirname } from "node:path";
import { StoreError } from "../../store-error.ts";
import type { Connection } from "../connection/connection.ts";
import type { ToldTrouble } from "../writer/writer-messages.ts";

/** @property longMs how long the WAL may exceed longBytes before the operator is told */
export interface LogBounds {
  readonly longBytes: number;
  readonly longMs: number;
}

/** The size that may remain after a burst: see `journal_size_limit` in connection.ts. */
export const LOG_BOUNDS: LogBounds = { longBytes: 67_108_864, longMs: 10_000 };

/**
 * The WAL is checkpointed when it has grown by this size, 4 MB. With a million users, 64 concurrent writes and four
 * times the size, one write in a hundred waited 40 ms instead of 15, and throughput was no higher.
 */
const LOG_PAGES_MAX = 1000;
/** A page of the WAL, with its header. */
const FRAME_BYTES = 4120;
const MIB = 1_048_576;
/** A passive checkpoint of a WAL of half a gigabyte takes about 10 ms just to find its work, and sets wait for it. */
const LONG_CHECKPOINT_MS = 500;

/** In pages: the length of the WAL, and the part that is checkpointed. */
interface Log {
  readonly log: number;
  readonly checkpointed: number;
}

/**
 * Checkpoints the WAL ("log") into the database between transactions, and keeps it from filling the disk. A reader in
 * another process that does not finish keeps SQLite from restarting the WAL at its beginning, for any length of time.
 */
export class LogWatch {
  readonly #connection: Connection;
  readonly #tell: (message: ToldTrouble) => void;
  readonly #bounds: LogBounds;
  /** The length of the WAL at the last attempt of `checkpoint`. */
  #triedAt = 0;
  /** As of `performance.now`, like the next field. */
  #checkpointedMs = Number.NEGATIVE_INFINITY;
  #longSince: number | undefined;
  #isTold: boolean | undefined;
  #refusal: StoreError | undefined;
  /** Why the last checkpoint failed. */
  #fault: StoreError | undefined;

  constructor(connection: Connection, tell: (message: ToldTrouble) => void, bounds: LogBounds) {
    this.#connection = connection;
    this.#tell = tell;
    this.#bounds = bounds;
  }

  /**
   * Why nothing may be written now. A long WAL must leave as much room free as it takes: a checkpoint can need that
   * much, and a disk full of WAL could never be freed again.
   */
  get refusal(): StoreError | undefined {
    return this.#refusal;
  }

  /**
   * Checkpoints if the WAL has grown enough. Acknowledged writes are safe in the WAL; a checkpoint that a reader or the
   * disk prevents is retried after the WAL has grown as much again.
   */
  checkpoint(): void {
    const log = this.#read();
    if (log === undefined) return;
    if (log.log < this.#triedAt) this.#triedAt = 0;
    if (log.log - Math.max(log.checkpointed, this.#triedAt) < LOG_PAGES_MAX) return;
    this.#triedAt = log.log;
    this.#runCheckpoint("PASSIVE");
  }

  /** Call periodically, even when nothing is written. */
  look(): void {
    const log = this.#read();
    if (log === undefined) return;
    const bytes = log.log * FRAME_BYTES;
    if (bytes < this.#bounds.longBytes) {
      this.#longSince = undefined;
      this.#refusal = undefined;
      if (this.#isTold !== false) this.#tell({ kind: "trouble-over", trouble: "log_long" });
      this.#isTold = false;
      return;
    }
    this.#longSince ??= performance.now();
    if (performance.now() - this.#checkpointedMs >= LONG_CHECKPOINT_MS) {
      // If all of it is checkpointed, restarting it takes a moment, or fails immediately while a reader uses it.
      this.#runCheckpoint(log.log > log.checkpointed ? "PASSIVE" : "TRUNCATE");
    }
    this.#refusal = this.#leavesRoom(bytes) ? undefined : this.#full(bytes);
    const isLasting = performance.now() - this.#longSince >= this.#bounds.longMs;
    if (this.#isTold !== true && (isLasting || this.#refusal !== undefined)) {
      this.#isTold = true;
      this.#tell({ kind: "troubled", trouble: { kind: "log_long", message: this.#text(bytes) } });
    }
  }

  #read(): Log | undefined {
    return this.#quietly(() => this.#connection.get<Log>("PRAGMA wal_checkpoint(NOOP)"));
  }

  #runCheckpoint(how: "PASSIVE" | "TRUNCATE"): void {
    this.#fault = undefined;
    this.#checkpointedMs = performance.now();
    this.#quietly(() => this.#connection.run(`PRAGMA wal_checkpoint(${how})`));
  }

  #quietly<T>(call: () => T): T | undefined {
    try {
      return call();
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      this.#fault = error;
      return undefined;
    }
  }

  #leavesRoom(bytes: number): boolean {
    try {
      const { bavail, bsize } = statfsSync(dirname(this.#connection.path));
      return bavail * bsize >= bytes;
    } catch {
      // If this is unknown, the disk itself will refuse.
      return true;
    }
  }

  #full(bytes: number): StoreError {
    return new StoreError("full", this.#text(bytes));
  }

  #text(bytes: number): string {
    const path = this.#connection.path;
    const size = `${path}-wal is ${Math.floor(bytes / MIB)} MiB long`;
    const limit = "writes are refused when it is longer than the free space on the disk";
    if (this.#fault !== undefined && this.#fault.fault !== "busy") {
      return `${size}, because it cannot be checkpointed into the file (${this.#fault.message}); ${limit}`;
    }
    return `${size}, because another process has been reading ${path} for a long time: find it with fuser or lsof and end it; ${limit}`;
  }
}
