import { statfsSync } from "node:fs";
import { dirname } from "node:path";
import { StoreError } from "../../store-error.ts";
import type { Connection } from "../connection.ts";
import type { ToldTrouble } from "../writer/writer-messages.ts";

/** @property longMs how long the log may be longer than that before the operator is told */
export interface LogBounds {
  readonly longBytes: number;
  readonly longMs: number;
}

/** What a burst may leave behind: see `journal_size_limit` in connection.ts. */
export const LOG_BOUNDS: LogBounds = { longBytes: 67_108_864, longMs: 10_000 };

/**
 * The log is folded into the database when it is this much ahead of it: 4 MB. With a million users, 64 writes at
 * once and four times as much, one write in a hundred waited 40 ms instead of 15, and no more were done.
 */
const LOG_PAGES_MAX = 1000;
/** A page of the log, with its header. */
const FRAME_BYTES = 4120;
const MIB = 1_048_576;
/** To look through a log of half a gigabyte for what can be folded takes some 10 ms, for which sets wait. */
const LONG_FOLD_MS = 500;

/** In pages: how long the log is, and how much of that is in the database already. */
interface Log {
  readonly log: number;
  readonly checkpointed: number;
}

/**
 * Folds the log into the database between transactions, and sees to it that the log does not eat the disk. A reader in
 * another process that does not finish keeps SQLite from beginning the log anew, for as long as it likes.
 */
export class LogWatch {
  readonly #connection: Connection;
  readonly #tell: (message: ToldTrouble) => void;
  readonly #bounds: LogBounds;
  /** How long the log was when `shorten` last tried. */
  #triedAt = 0;
  /** As of `performance.now`, like the next. */
  #foldedMs = Number.NEGATIVE_INFINITY;
  #longSince: number | undefined;
  #isTold: boolean | undefined;
  #refusal: StoreError | undefined;
  /** Why the log could not be folded the last time. */
  #fault: StoreError | undefined;

  constructor(connection: Connection, tell: (message: ToldTrouble) => void, bounds: LogBounds) {
    this.#connection = connection;
    this.#tell = tell;
    this.#bounds = bounds;
  }

  /**
   * Why nothing may be written at present. A long log must leave as much room free as it takes itself: folding it can
   * need that much, and a disk that is full of log could never be freed of it again.
   */
  get refusal(): StoreError | undefined {
    return this.#refusal;
  }

  /** What is answered is safe in the log; folding that a reader or the disk prevents is tried again so much later. */
  shorten(): void {
    const log = this.#read();
    if (log === undefined) return;
    if (log.log < this.#triedAt) this.#triedAt = 0;
    if (log.log - Math.max(log.checkpointed, this.#triedAt) < LOG_PAGES_MAX) return;
    this.#triedAt = log.log;
    this.#fold("PASSIVE");
  }

  /** To be called now and then, also when nothing is written. */
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
    if (performance.now() - this.#foldedMs >= LONG_FOLD_MS) {
      // Where all of it is folded, to begin the log anew takes a moment, or is refused at once while it is still read.
      this.#fold(log.log > log.checkpointed ? "PASSIVE" : "TRUNCATE");
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

  #fold(how: "PASSIVE" | "TRUNCATE"): void {
    this.#fault = undefined;
    this.#foldedMs = performance.now();
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
      // Where it cannot be told, the disk itself will refuse.
      return true;
    }
  }

  #full(bytes: number): StoreError {
    return new StoreError("full", this.#text(bytes));
  }

  #text(bytes: number): string {
    const path = this.#connection.path;
    const size = `${path}-wal is ${Math.floor(bytes / MIB)} MiB long`;
    const limit = "when it is longer than what is left free on the disk, writes are refused";
    if (this.#fault !== undefined && this.#fault.fault !== "busy") {
      return `${size}, because it cannot be folded into the file (${this.#fault.message}); ${limit}`;
    }
    return `${size}, because another process has been reading ${path} for long: find it with fuser or lsof and end it; ${limit}`;
  }
}
