import { StoreError } from "../../store-error.ts";

/**
 * How to react to a failed statement.
 * - lost: this connection will answer nothing more. If a COMMIT was in flight, it may still be carried out.
 * - host_unfit: the host answers but cannot serve: it is outside the cluster, read-only, or out of connections.
 * - again: the transaction was or must be rolled back (deadlock, conflict, lock timeout) and may succeed if retried.
 * - duplicate: a unique key is taken.
 * - other: a retry will fail, too.
 */
export type FailureKind = "lost" | "host_unfit" | "again" | "duplicate" | "other";

/** The connection was lost between two statements of one transaction. */
export class ConnectionLost extends Error {
  constructor() {
    super("the connection was lost in the middle of a transaction");
    this.name = "ConnectionLost";
  }
}

/** This server has dropped the connection with the call in flight. */
export class ConnectionDropped extends Error {
  constructor() {
    super("the connection was dropped before every call was answered");
    this.name = "ConnectionDropped";
  }
}

/** The database did not answer a call in time. */
export class ResponseTimeout extends Error {
  constructor() {
    super("the database did not answer in time");
    this.name = "ResponseTimeout";
  }
}

/** No host has accepted a connection within the caller's timeout. */
export class ConnectTimeout extends Error {
  constructor() {
    super("no host has accepted a connection yet");
    this.name = "ConnectTimeout";
  }
}

/** The database has rolled a transaction back between two statements of one packet, without an error. */
export class SilentRollback extends Error {
  constructor() {
    super("the database has rolled the transaction back in the middle of its statements");
    this.name = "SilentRollback";
  }
}

const LOST = [ConnectionLost, ConnectionDropped, ResponseTimeout, ConnectTimeout];

/** The error numbers of MariaDB, MySQL, Galera and TiDB that occur in operation. */
const KINDS: Readonly<Record<number, FailureKind>> = {
  1062: "duplicate",
  // Deadlock (on Galera: certification failed), lock not free (two forms), record changed since last read, statement
  // killed.
  1213: "again",
  1205: "again",
  3572: "again",
  1020: "again",
  1317: "again",
  // The commit was refused (on Galera also by the cluster); a statement took longer than the database allows (two
  // forms).
  1180: "again",
  1969: "again",
  3024: "again",
  // The table or a prepared statement has changed meanwhile.
  1412: "again",
  1615: "again",
  // No room for locks or transactions; a temporary error of the engine; another kind of deadlock or lock timeout.
  1206: "again",
  1297: "again",
  1613: "again",
  1614: "again",
  1637: "again",
  // Group replication refused the transaction.
  3101: "again",
  // TiDB: write conflicts, and a schema that changed during the transaction.
  8002: "again",
  8022: "again",
  8028: "again",
  9007: "again",
  // Too many connections in total or of this user.
  1040: "host_unfit",
  1203: "host_unfit",
  1226: "host_unfit",
  // No thread or memory for another connection; offline; this client is blocked after too many broken connections.
  1037: "host_unfit",
  1041: "host_unfit",
  1129: "host_unfit",
  1135: "host_unfit",
  3032: "host_unfit",
  // Galera: the node is not part of the primary component, or not ready.
  1047: "host_unfit",
  // Read-only, as a replica is.
  1290: "host_unfit",
  1792: "host_unfit",
  1836: "host_unfit",
  // Shutting down, killed, idle for too long, or a connection that broke on the database's side.
  1053: "lost",
  1080: "lost",
  1152: "lost",
  1158: "lost",
  1159: "lost",
  1160: "lost",
  1161: "lost",
  1184: "lost",
  1927: "lost",
  3169: "lost",
  4031: "lost",
};

/** An error of mysql2; every field may be missing. */
interface DriverError {
  readonly code?: unknown;
  readonly errno?: unknown;
  readonly fatal?: unknown;
}

export function failureKind(error: unknown): FailureKind {
  if (LOST.some((kind) => error instanceof kind)) return "lost";
  if (error instanceof SilentRollback) return "again";
  if (!(error instanceof Error)) return "other";
  const { code, errno, fatal } = error as DriverError; // as: an Error with the driver's additions, each checked
  if (typeof errno === "number" && errno > 0) return KINDS[errno] ?? "other";
  // The system's own numbers are negative: connection refused, reset, timed out.
  if (typeof errno === "number" && errno < 0) return "lost";
  if (fatal === true || (typeof code === "string" && /^(?:PROTOCOL_|E[A-Z]+$|HANDSHAKE_)/.test(code))) return "lost";
  return "other";
}

/** Another transaction holds a lock on a row. */
export function isLocked(error: unknown): boolean {
  const number = errorNumber(error);
  return number === 1205 || number === 3572;
}

/** The database's error number; undefined if the error is not the database's. */
export function errorNumber(error: unknown): number | undefined {
  const number = error instanceof Error ? (error as DriverError).errno : undefined; // as: see above
  return typeof number === "number" && number > 0 ? number : undefined;
}

const DATABASE_UNKNOWN = 1049;
const ACCESS_DENIED: readonly unknown[] = [1044, 1045, 1142, 1698];
const DISK_FULL: readonly unknown[] = [1021, 1114];
const CORRUPT: readonly unknown[] = [126, 145, 1194, 1712];

/** Translates a driver's error for the operator, by its number, never by its text. */
export function storeError(error: unknown, location: string): StoreError {
  if (error instanceof StoreError) return error;
  const number = errorNumber(error);
  if (number === DATABASE_UNKNOWN) {
    return new StoreError(
      "cannot_open",
      `the database of ${location} does not exist; create it: ` +
        "CREATE DATABASE … CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
    );
  }
  if (ACCESS_DENIED.includes(number)) {
    return new StoreError(
      "cannot_open",
      `${location} refuses this user or password, or the user lacks a privilege there (error ${number})`,
    );
  }
  if (DISK_FULL.includes(number)) return new StoreError("full", `${location} has no room left (error ${number})`);
  if (CORRUPT.includes(number)) return new StoreError("corrupt", `${location} has a damaged table (error ${number})`);
  switch (failureKind(error)) {
    case "lost":
      return new StoreError("unreachable", `${location} cannot be reached`, error);
    case "host_unfit":
      return new StoreError("unreachable", `${location} cannot serve at present (error ${number})`, error);
    case "again":
      return new StoreError("unreachable", `${location} refused every retry (error ${number})`, error);
    default:
      // A database that answers with an error has stored nothing; for a COMMIT, commits.ts finds out the outcome first.
      return new StoreError("unexpected", `an unexpected fault at ${location}`, error, number !== undefined);
  }
}
