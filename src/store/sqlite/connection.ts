import { Database, type SQLQueryBindings, type Statement } from "bun:sqlite";
import { closeSync, existsSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { StoreError } from "../store-error.ts";
import { damageCode, storeError, systemReason } from "./errors.ts";

/** FULL: a commit returns when the disk has it. OFF exists for the test which shows that the flush test can fail. */
export type Synchronous = "FULL" | "OFF";

export interface ConnectionOptions {
  readonly synchronous?: Synchronous;
  /** How long a statement waits, blocking its thread, for another connection's lock. */
  readonly busyTimeoutMs?: number;
  /** Told of each statement that met something damaged, with SQLite's extended result code. */
  readonly onDamage?: ((code: number) => void) | undefined;
  /** Refuses where there is no file: one that was lost must not come back empty. */
  readonly mustExist?: boolean;
}

const BUSY_TIMEOUT_MS = 5000;
/** Readers meet a lock only while another process recovers or replaces the log. */
const SERVING_BUSY_TIMEOUT_MS = 20;
const BUSY_RETRY_MS = 5;
const CACHE_KIB = 16_384;
/** What a burst has made the log grow to is given back down to this. */
const LOG_BYTES_KEPT = 67_108_864;

/**
 * One SQLite connection with its prepared statements. Whatever it throws is a `StoreError`.
 *
 * A row's type is the caller's word for what its SQL selects; the tables are STRICT, so a column holds nothing else.
 */
export class Connection {
  readonly path: string;
  readonly #database: Database;
  readonly #busyTimeoutMs: number;
  readonly #onDamage: ConnectionOptions["onDamage"];
  readonly #statements = new Map<string, Statement>();

  /** Makes the file (readable by its owner only: it holds keys) and its folder when they are missing. */
  constructor(path: string, options: ConnectionOptions = {}) {
    const { synchronous = "FULL", busyTimeoutMs = BUSY_TIMEOUT_MS, mustExist = false } = options;
    this.path = path;
    this.#busyTimeoutMs = busyTimeoutMs;
    this.#onDamage = options.onDamage;
    if (!mustExist) createPrivately(path);
    this.#database = this.#translated(() => new Database(path, { readwrite: true, strict: true }));
    // First of all: even the statements below can meet another connection's lock.
    this.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
    this.exec(`PRAGMA synchronous = ${synchronous}`);
    this.exec(`PRAGMA cache_size = -${CACHE_KIB}`);
    if (synchronous === "FULL") {
      // On macOS only this gets past the disk's own cache; it means nothing elsewhere.
      this.exec("PRAGMA fullfsync = 1");
      this.exec("PRAGMA checkpoint_fullfsync = 1");
    }
  }

  /** Readers and the writer stop waiting for each other. Kept in the file; costs nothing when it is so already. */
  useWriteAheadLog(): void {
    const mode = this.#patiently(() => this.get<{ journal_mode: string }>("PRAGMA journal_mode = WAL")?.journal_mode);
    if (mode !== "wal") {
      throw new StoreError(
        "cannot_open",
        `${this.path} cannot have a write-ahead log: is it on a network file system?`,
      );
    }
    this.exec(`PRAGMA journal_size_limit = ${LOG_BYTES_KEPT}`);
  }

  /** For a thread that serves: it reads only, and does not stand still for another connection's lock. */
  readOnlyNow(): void {
    this.exec("PRAGMA query_only = 1");
    this.exec(`PRAGMA busy_timeout = ${SERVING_BUSY_TIMEOUT_MS}`);
  }

  /** SQLite does not wait for others, whatever its timeout, where both might be about to change a fresh file's mode. */
  #patiently<T>(call: () => T): T {
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

  /** The number of rows it changed. */
  run(sql: string, ...bindings: SQLQueryBindings[]): number {
    try {
      return this.#statement(sql).run(...bindings).changes;
    } catch (error) {
      throw this.#fault(error);
    }
  }

  /** One or more statements, not kept prepared. */
  exec(sql: string): void {
    this.#translated(() => this.#database.run(sql));
  }

  get inTransaction(): boolean {
    return this.#database.inTransaction;
  }

  /** Ends the transaction that is open, if the fault has not done so already. */
  rollback(): void {
    if (this.#database.inTransaction) this.exec("ROLLBACK");
  }

  /** A statement left open would keep the connection, its locks and the log alive. */
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
 * Only a file that is not there yet may be opened here: closing any descriptor of a database file would drop the
 * locks that this process holds on it.
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
      `${path} cannot be created (${systemReason(error)}): may this account write there?`,
    );
  }
}
