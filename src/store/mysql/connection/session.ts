/**
 * Connections to the database, and what can fail about them: `Session` is one connection, hosts.ts and open-first.ts
 * fail over to another host, failback.ts returns, errors.ts says how to react to a fault, deadline.ts and
 * timeout-queue.ts bound every wait, pool.ts and batch-scheduler.ts divide the connections among calls. Nothing here
 * knows a table. Start here.
 */
import { readFileSync } from "node:fs";
import { type Connection, type ConnectionOptions, createConnection, type QueryOptions } from "mysql2";
import { StoreError } from "../../store-error.ts";
import { destroyConnection } from "./destroy-connection.ts";
import { ConnectionLost, ConnectTimeout, failureKind, ResponseTimeout } from "./errors.ts";
import type { Hosts } from "./hosts.ts";
import type { MysqlHost, MysqlLocation, MysqlTls } from "./location.ts";
import { type Open, openFirst } from "./open-first.ts";

export type Value = string | number | null | Uint8Array | readonly string[] | readonly number[];

/** @property sql one `?` for each value; a list stands for its members, separated by commas */
export interface Statement {
  readonly sql: string;
  readonly values?: readonly Value[];
}

/** The result of a statement: rows as tuples, or the number of rows changed. */
export type Answer = readonly (readonly unknown[])[] | { readonly affectedRows: number };

/** For one connection and its setup. Callers wait less long, but the next caller may find it open. */
const CONNECT_MS = 1600;
/** A host counts as silent if a call waited for this part of its timeout without an answer. */
const SILENCE_PART = 0.25;
/** For calls in flight and the protocol's farewell. */
const CLOSE_MS = 400;

/**
 * Strict mode, so that nothing is truncated; a backslash escapes, as the driver assumes. READ COMMITTED: every write
 * names the version it replaces, so gap locks are not needed. A lock wait ends when the caller's does, for rows and for
 * tables: by default, an abandoned connection would wait for a day.
 */
const SET_UP = [
  "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,ERROR_FOR_DIVISION_BY_ZERO'",
  "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
  "SET SESSION innodb_lock_wait_timeout = 1",
  "SET SESSION lock_wait_timeout = 1",
  "SHOW VARIABLES WHERE Variable_name IN ('wsrep_on', 'idle_transaction_timeout')",
];

/**
 * Galera: a read, and the beginning of a transaction, waits until this node has applied all that the cluster has
 * committed.
 */
const SET_UP_GALERA = "SET SESSION wsrep_sync_wait = 1";
/** MariaDB, seconds: a server that freezes during a transaction does not keep its locks for long. */
const SET_UP_MARIADB = "SET SESSION idle_transaction_timeout = 5";

/**
 * One connection to the database. It opens on first use and reopens after it was lost, to whatever host serves then. If
 * connecting fails, the session stays closed and the next call tries again. Overlapping calls run in order.
 */
export class Session {
  readonly #location: MysqlLocation;
  readonly #hosts: Hosts;
  readonly #closed = new AbortController();
  #open: Open | undefined;
  #opening: Promise<Open> | undefined;
  /** The number of calls that wait for the connection. */
  #waiting = 0;
  /** This host has just kept a call waiting: the next connection tries another one first. */
  #silent: MysqlHost | undefined;

  constructor(location: MysqlLocation, hosts: Hosts) {
    this.#location = location;
    this.#hosts = hosts;
  }

  async one(sql: string, values: readonly Value[], timeoutMs: number): Promise<Answer> {
    const [answer] = await this.queryBatch([{ sql, values }], timeoutMs);
    return answer ?? [];
  }

  /**
   * Sends the statements in one packet. The database runs them in order until one fails.
   * @param timeoutMs to open the connection if necessary, and again for the statements
   * @param isInTransaction the statements belong to a transaction, and so to its connection
   */
  async queryBatch(
    statements: readonly Statement[],
    timeoutMs: number,
    isInTransaction = false,
  ): Promise<readonly Answer[]> {
    // A closed store is not retried.
    if (this.#closed.signal.aborted) throw new StoreError("closed", `${this.#location.text} has been closed`);
    // Another connection has failed over; waiting for this host once more would cost another timeout.
    if (!isInTransaction && this.#open !== undefined && this.#open.host !== this.#hosts.current) this.drop();
    // On a new connection each statement would be a transaction of its own, and COMMIT would commit nothing.
    if (isInTransaction && this.#open === undefined) throw new ConnectionLost();
    const { connection, host } = this.#open ?? (await this.#openOnce(timeoutMs));
    try {
      return await ask(connection, statements, timeoutMs);
    } catch (error) {
      const kind = failureKind(error);
      // One connection may break on a good host. A host that does not answer, or says that it cannot serve, is left.
      if (kind === "host_unfit") this.#hosts.markUnavailable(host);
      // A short silence at the end of a caller's time proves nothing.
      else if (error instanceof ResponseTimeout && timeoutMs >= this.#location.timeoutMs * SILENCE_PART)
        this.#silent = host;
      if (kind === "lost" || kind === "host_unfit") this.drop();
      throw error;
    }
  }

  get isOpen(): boolean {
    return this.#open !== undefined;
  }

  /** For answers that show that the host cannot serve. */
  markHostUnavailable(): void {
    if (this.#open !== undefined) this.#hosts.markUnavailable(this.#open.host);
    this.drop();
  }

  /** Drops the connection immediately; an open transaction is rolled back. */
  drop(): void {
    if (this.#open !== undefined) destroyConnection(this.#open.connection);
    this.#open = undefined;
  }

  /** Settles within half a second, even if the database never answers; calls without an answer by then reject. */
  async close(): Promise<void> {
    this.#closed.abort();
    const connection = this.#open?.connection;
    this.#open = undefined;
    if (connection === undefined) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const deadline = setTimeout(resolve, CLOSE_MS);
    connection.on("end", resolve);
    connection.end();
    await promise;
    clearTimeout(deadline);
    destroyConnection(connection);
  }

  /** Opens the connection, for as long as that takes, while each caller waits no longer than its timeout. */
  async #openOnce(timeoutMs: number): Promise<Open> {
    this.#waiting += 1;
    this.#opening ??= this.#connect().finally(() => {
      this.#opening = undefined;
    });
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(new ConnectTimeout()), timeoutMs);
    try {
      return await Promise.race([this.#opening, late]);
    } finally {
      this.#waiting -= 1;
      clearTimeout(timer);
    }
  }

  async #connect(): Promise<Open> {
    const { current } = this.#hosts;
    const opened = await openFirst({
      hosts: this.#hosts,
      first: current === this.#silent ? this.#hosts.after(current) : current,
      connect: (host, signal) => connect(this.#location, host, signal),
      isWanted: () => this.#waiting > 0 && !this.#closed.signal.aborted,
      signal: this.#closed.signal,
    });
    const { connection } = opened;
    connection.on("error", () => {
      if (this.#open?.connection === connection) this.drop();
    });
    this.#silent = undefined;
    this.#open = opened;
    return opened;
  }
}

/** The rows of a SELECT. as: the caller knows the columns it selected. */
export function rowsOf<Row extends readonly unknown[]>(answer: Answer | undefined): readonly Row[] {
  return (Array.isArray(answer) ? answer : []) as readonly Row[];
}

/**
 * The number of rows that a statement has changed, or found already as wanted; an upsert counts two per changed row.
 */
export function changedBy(answer: Answer | undefined): number {
  return answer !== undefined && "affectedRows" in answer ? answer.affectedRows : 0;
}

async function connect(location: MysqlLocation, host: MysqlHost, signal: AbortSignal): Promise<Connection> {
  const connection = createConnection(connectionOptions(location, host));
  // Calls reject on their own; without a listener the error would end the process.
  connection.on("error", () => {});
  const { promise: ended, reject } = Promise.withResolvers<never>();
  const end = (): void => reject(new ConnectTimeout());
  const timer = setTimeout(end, CONNECT_MS);
  signal.addEventListener("abort", end);
  try {
    await Promise.race([setUp(connection), ended]);
    return connection;
  } catch (error) {
    destroyConnection(connection);
    throw error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", end);
  }
}

async function setUp(connection: Connection): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  connection.connect((error) => (error === null ? resolve() : reject(error)));
  await promise;
  const answers = await ask(
    connection,
    SET_UP.map((sql) => ({ sql })),
    CONNECT_MS,
  );
  const variables = new Map(rowsOf<[string, string]>(answers.at(-1)));
  const further = [
    ...(variables.get("wsrep_on") === "ON" ? [{ sql: SET_UP_GALERA }] : []),
    ...(variables.has("idle_transaction_timeout") ? [{ sql: SET_UP_MARIADB }] : []),
  ];
  if (further.length > 0) await ask(connection, further, CONNECT_MS);
}

function connectionOptions(location: MysqlLocation, host: MysqlHost): ConnectionOptions {
  const { user, password, database, tls } = location;
  return {
    host: host.hostname,
    port: host.port,
    user,
    password,
    database,
    connectTimeout: CONNECT_MS,
    charset: "utf8mb4_bin",
    // The database may not read files of this machine.
    flags: ["-LOCAL_FILES"],
    multipleStatements: true,
    supportBigNumbers: true,
    stringifyObjects: true,
    ...(tls === undefined ? {} : { ssl: tlsOptions(tls) }),
  };
}

/** Read again for every connection: certificates are renewed. */
function tlsOptions({ caFile, certificateFile, keyFile }: MysqlTls): NonNullable<ConnectionOptions["ssl"]> & object {
  return {
    verifyIdentity: true,
    ...(caFile === undefined ? {} : { ca: readFileSync(caFile) }),
    ...(certificateFile === undefined ? {} : { cert: readFileSync(certificateFile) }),
    ...(keyFile === undefined ? {} : { key: readFileSync(keyFile) }),
  };
}

function ask(connection: Connection, statements: readonly Statement[], timeoutMs: number): Promise<readonly Answer[]> {
  const { promise, resolve, reject } = Promise.withResolvers<readonly Answer[]>();
  const options: QueryOptions = {
    sql: statements.map(({ sql }) => sql).join(";"),
    values: statements.flatMap(({ values }) => values?.map(sent) ?? []),
    rowsAsArray: true,
  };
  // Not the driver's own timeout: its timer outlives a dropped connection.
  const timer = setTimeout(() => reject(new ResponseTimeout()), timeoutMs);
  connection.query(options, (error, answer) => {
    clearTimeout(timer);
    if (error !== null) reject(error);
    // as: the driver answers one statement with its answer, and several with a list of them
    else resolve((statements.length === 1 ? [answer] : answer) as readonly Answer[]);
  });
  return promise;
}

/** The driver escapes a Buffer as bytes and any other array as a list. */
function sent(value: Value): unknown {
  return value instanceof Uint8Array ? Buffer.from(value) : value;
}
