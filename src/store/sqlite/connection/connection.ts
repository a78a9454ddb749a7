import { Database, type SQLQueryBindings, type Statement } from "bun:sqlite";
import { closeSync, existsSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { StoreError } from "../../store-error.ts";
import { damageCode, storeError, systemReason } from "./errors.ts";

export interface ConnectionOptions {
  /** FULL: a commit returns after its fsync. OFF: for files whose content need not survive a crash. */
  readonly synchronous?: "FULL" | "OFF";
  /** How long a statement waits for another connection's lock; blocks the thread. */
  readonly busyTimeoutMs?: number;
  /** Called for each statement that met damage, with SQLite's extended result code. */
  readonly onDamage?: ((code: number) => void) | undefined;
  /** Refuses if there is no file: a lost store must not come back empty. */
  readonly mustExist?: boolean;
}

const BUSY_TIMEOUT_MS = 5000;
/** Readers meet a lock only while another process recovers or resets the WAL. */
const SERVING_BUSY_TIMEOUT_MS = 20;
const BUSY_RETRY_MS = 5;
const CACHE_KIB = 16_384;
/** A checkpoint truncates a WAL that a burst has made larger than this. */
const LOG_BYTES_KEPT = 67_108_864;

/**
 * One SQLite connection with its prepared statements. Every error that it throws is a `StoreError`.
 *
 * The type of a row is declared by the caller; the tables are STRICT, so a column holds no other type.
 */
export class Connection {
  readonly path: string;
  readonly #database: Database;
  readonly #busyTimeoutMs: number;
  readonly #onDamage: ConnectionOptions["onDamage"];
  readonly #statements = new Map<string, Statement>();

  /** Creates the file (readable by its owner only, because it holds keys) and its folder if they are missing. */
  constructor(path: string, options: ConnectionOptions = {}) {
    const { synchronous = "FULL", busyTimeoutMs = BUSY_TIMEOUT_MS, mustExist = false } = options;
    this.path = path;
    this.#busyTimeoutMs = busyTimeoutMs;
    this.#onDamage = options.onDamage;
    if (!mustExist) createPrivately(path);
    this.#database = this.#translated(() => new Database(path, { readwrite: true, strict: true }));
    // First, because even the statements below can meet another connection's lock.
    this.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
    this.exec(`PRAGMA synchronous = ${synchronous}`);
    this.exec(`PRAGMA cache_size = -${CACHE_KIB}`);
    if (synchronous === "FULL") {
      // On macOS only this flushes the disk's own cache; no effect elsewhere.
      this.exec("PRAGMA fullfsync = 1");
      this.exec("PRAGMA checkpoint_fullfsync = 1");
    }
  }

  /**
   * WAL mode: readers and the writer do not block each other. The file keeps the mode; setting it again costs nothing.
   */
  useWriteAheadLog(): void {
    const mode = this.#retryWhileBusy(
      () => this.get<{ journal_mode: string }>("PRAGMA journal_mode = WAL")?.journal_mode,
    );
    if (mode !== "wal") {
      throw new StoreError("cannot_open", `${this.path} cannot use a write-ahead log: is it on a network file system?`);
    }
    this.exec(`PRAGMA journal_size_limit = ${LOG_BYTES_KEPT}`);
  }

  /** For a serving thread: read-only, and without long waits for another connection's lock. */
  readOnlyNow(): void {
    this.exec("PRAGMA query_only = 1");
    this.exec(`PRAGMA busy_timeout = ${SERVING_BUSY_TIMEOUT_MS}`);
  }

  /** SQLite ignores its timeout where two connections may be changing the mode of a new file. */
  #retryWhileBusy<T>(call: () => T): T {
    const until = performance.now() + this.#busyTimeoutMs;
    for (;;) {
      try {
        return call();
      } catch (error) {
        if (!(error instanceof StoreError) || error.fault !== "busy" || performance.now() > until) throw error;
        Bun.sleepSync(BUSY_RETRY_MS);
      }
    }
  }

  get<Row>(sql: string, ...bindings: SQLQueryBindings[]): Row | undefined {
    try {
      return (this.#statement(sql).get(...bindings) as Row | null) ?? undefined; // as: see the class
    } catch (error) {
      throw this.#fault(error);
    }
  }

  all<Row>(sql: string, ...bindings: SQLQueryBindings[]): Row[] {
    try {
      return this.#statement(sql).all(...bindings) as Row[]; // as: see the class
    } catch (error) {
      throw this.#fault(error);
    }
  }

  /** Returns the number of rows changed. */
  run(sql: string, ...bindings: SQLQueryBindings[]): number {
    try {
      return this.#statement(sql).run(...bindings).changes;
    } catch (error) {
      throw this.#fault(error);
    }
  }

  /** Runs one or more statements without caching them. */
  exec(sql: string): void {
    this.#translated(() => this.#database.run(sql));
  }

  get inTransaction(): boolean {
    return this.#database.inTransaction;
  }

  /** Rolls back the open transaction, if the fault has not done so. */
  rollback(): void {
    if (this.#database.inTransaction) this.exec("ROLLBACK");
  }

  /** Finalizes all statements: an open one would keep the connection, its locks and the WAL alive. */
  close(): void {
    for (const statement of this.#statements.values()) statement.finalize();
    this.#statements.clear();
    this.#database.clearQueryCache();
    this.#translated(() => this.#database.close(true));
  }

  #statement(sql: string): Statement {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #translated<T>(call: () => T): T {
    try {
      return call();
    } catch (error) {
      throw this.#fault(error);
    }
  }

  #fault(error: unknown): StoreError {
    const damage = damageCode(error);
    if (damage !== undefined) this.#onDamage?.(damage);
    return storeError(error, this.path);
  }
}

/**
 * Opens a file only if it does not exist: closing any descriptor of a database file would drop the locks that this
 * process holds on it.
 */
export function createPrivately(path: string): void {
  if (existsSync(path)) return;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    closeSync(openSync(path, "wx", 0o600));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST" && existsSync(path)) return;
    throw new StoreError(
      "cannot_open",
      `${path} cannot be created (${systemReason(error)}): check that this account may write there`,
    );
  }
}
