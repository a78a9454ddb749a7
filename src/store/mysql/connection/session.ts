import { readFileSync } from "node:fs";
import { type Connection, type ConnectionOptions, createConnection, type QueryOptions } from "mysql2";
import { StoreError } from "../../store-error.ts";
import { ConnectionLost, failureKind, NotAnswered, NotConnected } from "./errors.ts";
import type { Hosts } from "./hosts.ts";
import type { MysqlHost, MysqlLocation, MysqlTls } from "./location.ts";
import { type Open, openFirst } from "./opening.ts";
import { sever } from "./sever.ts";

export type Value = string | number | null | Uint8Array | readonly string[] | readonly number[];

/** @property sql one `?` for each value; a list stands for its members, separated by commas */
export interface Statement {
  readonly sql: string;
  readonly values?: readonly Value[];
}

/** What a statement answered: rows as tuples, or what it changed. */
export type Answer = readonly (readonly unknown[])[] | { readonly affectedRows: number };

/** For one connection and its set-up. Callers do not wait for so long, but the next of them may find it made. */
const CONNECT_MS = 1600;
/** A host is silent that has let a call wait for such a part of its timeout. */
const SILENCE_PART = 0.25;
/** For what is under way and the goodbye. */
const CLOSE_MS = 400;

/**
 * Strict, so that nothing is cut to fit; a backslash escapes, as the driver takes for granted.
 * READ COMMITTED: every write states what it replaces, and gaps need no locks. A lock is waited for no longer than a
 * caller waits, be it of a row or of a table: the database would let a connection that we have given up wait for a day.
 */
const SET_UP = [
  "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,ERROR_FOR_DIVISION_BY_ZERO'",
  "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
  "SET SESSION innodb_lock_wait_timeout = 1",
  "SET SESSION lock_wait_timeout = 1",
  "SHOW VARIABLES WHERE Variable_name IN ('wsrep_on', 'idle_transaction_timeout')",
];

/** Galera: a read, and the beginning of a transaction, waits until this node has all that the cluster has committed. */
const SET_UP_GALERA = "SET SESSION wsrep_sync_wait = 1";
/** MariaDB, seconds: a server that is frozen in the middle of a transaction does not keep its locks for long. */
const SET_UP_MARIADB = "SET SESSION idle_transaction_timeout = 5";

/**
 * One connection to the database, made when it is needed and made anew after it was lost, to whatever host serves then.
 * A call that fails for want of a connection leaves it without one.
 * Calls that overlap are carried out in their order.
 */
export class Session {
  readonly #location: MysqlLocation;
  readonly #hosts: Hosts;
  readonly #closed = new AbortController();
  #open: Open | undefined;
  #opening: Promise<Open> | undefined;
  /** Calls that wait for a connection. */
  #waiting = 0;
  /** Has just kept a call waiting: the next connection is looked for elsewhere first. */
  #silent: MysqlHost | undefined;

  constructor(location: MysqlLocation, hosts: Hosts) {
    this.#location = location;
    this.#hosts = hosts;
  }

  /** Statements sent since the process began; each is one way to the database and back. */
  static sent = 0;

  async one(sql: string, values: readonly Value[], timeoutMs: number): Promise<Answer> {
    const [answer] = await this.queryBatch([{ sql, values }], timeoutMs);
    return answer ?? [];
  }

  /**
   * Sends the statements at once, which the database runs one after the other until one fails.
   * @param timeoutMs for the connection, if there is none, and again for the statements
   * @param isInTransaction they belong to what was begun before, and so to that connection
   */
  async queryBatch(
    statements: readonly Statement[],
    timeoutMs: number,
    isInTransaction = false,
  ): Promise<readonly Answer[]> {
    // Nobody is to try again.
    if (this.#closed.signal.aborted) throw new StoreError("closed", `${this.#location.text} has been closed`);
    // Others have found that the host does not serve; waiting for it once more would cost another timeout.
    if (!isInTransaction && this.#open !== undefined && this.#open.host !== this.#hosts.current) this.drop();
    // On a new connection they would be carried out each by itself, and a commit would commit nothing.
    if (isInTransaction && this.#open === undefined) throw new ConnectionLost();
    const { connection, host } = this.#open ?? (await this.#openOnce(timeoutMs));
    try {
      return await ask(connection, statements, timeoutMs);
    } catch (error) {
      const kind = failureKind(error);
      // A connection may be ended by itself; a host that does not answer, or says that it cannot serve, is left.
      if (kind === "host_unfit") this.#hosts.markUnavailable(host);
      // Of a moment's silence, at the end of a caller's time, nothing follows.
      else if (error instanceof NotAnswered && timeoutMs >= this.#location.timeoutMs * SILENCE_PART)
        this.#silent = host;
      if (kind === "lost" || kind === "host_unfit") this.drop();
      throw error;
    }
  }

  get isOpen(): boolean {
    return this.#open !== undefined;
  }

  /** For what the answers of a host say of it. */
  markHostUnavailable(): void {
    if (this.#open !== undefined) this.#hosts.markUnavailable(this.#open.host);
    this.drop();
  }

  /** Ends the connection at once, whatever is under way: an open transaction is rolled back. */
  drop(): void {
    if (this.#open !== undefined) sever(this.#open.connection);
    this.#open = undefined;
  }

  /** Settles within half a second, whatever the database does; what is not answered by then rejects. */
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
    sever(connection);
  }

  /** Makes a connection, however long that takes, while each caller waits no longer than its timeout. */
  async #openOnce(timeoutMs: number): Promise<Open> {
    this.#waiting += 1;
    this.#opening ??= this.#connect().finally(() => {
      this.#opening = undefined;
    });
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(new NotConnected()), timeoutMs);
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

/** The rows of a SELECT. as: the caller knows what he has selected. */
export function rowsOf<Row extends readonly unknown[]>(answer: Answer | undefined): readonly Row[] {
  return (Array.isArray(answer) ? answer : []) as readonly Row[];
}

/** How many rows a statement has changed, or found as they were to become; an upsert counts two for a changed row. */
export function changedBy(answer: Answer | undefined): number {
  return answer !== undefined && "affectedRows" in answer ? answer.affectedRows : 0;
}

async function connect(location: MysqlLocation, host: MysqlHost, signal: AbortSignal): Promise<Connection> {
  const connection = createConnection(connectionOptions(location, host));
  // What is asked of it fails by itself; without a listener the process would end.
  connection.on("error", () => {});
  const { promise: ended, reject } = Promise.withResolvers<never>();
  const end = (): void => reject(new NotConnected());
  const timer = setTimeout(end, CONNECT_MS);
  signal.addEventListener("abort", end);
  try {
    await Promise.race([setUp(connection), ended]);
    return connection;
  } catch (error) {
    sever(connection);
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
    // The database may not ask for files of this machine.
    flags: ["-LOCAL_FILES"],
    multipleStatements: true,
    supportBigNumbers: true,
    stringifyObjects: true,
    ...(tls === undefined ? {} : { ssl: tlsOptions(tls) }),
  };
}

/** Read for every connection: certificates are renewed. */
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
  // Not the driver's own timeout, whose timer outlasts a connection that is given up.
  const timer = setTimeout(() => reject(new NotAnswered()), timeoutMs);
  Session.sent += 1;
  connection.query(options, (error, answer) => {
    clearTimeout(timer);
    if (error !== null) reject(error);
    // as: the driver answers one statement with its answer, and several with a list of them
    else resolve((statements.length === 1 ? [answer] : answer) as readonly Answer[]);
  });
  return promise;
}

/** The driver escapes a Buffer as bytes, and any other array as a list. */
function sent(value: Value): unknown {
  return value instanceof Uint8Array ? Buffer.from(value) : value;
}
