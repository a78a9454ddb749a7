import { SQLiteError } from "bun:sqlite";
import { StoreError, type StoreFault } from "../../store-error.ts";

/** SQLite's primary result codes (the low byte of the extended ones) that an operator can do something about. */
const FAULTS: Readonly<Record<number, readonly [StoreFault, string]>> = {
  5: ["busy", "has been locked by another process for too long; end that process"],
  6: ["busy", "has been locked by another process for too long; end that process"],
  8: ["readonly", "cannot be written: the file or its file system is read-only"],
  10: ["io", "could not be read or written: the disk reports an error"],
  11: ["corrupt", "is damaged; stop the server and restore a backup"],
  13: ["full", "cannot grow: the disk is full"],
  14: ["cannot_open", "cannot be opened: check that its folder exists and that this account may write there"],
  26: ["not_a_database", "is not a database of usermeta"],
};

/**
 * SQLITE_IOERR_WRITE: a quota or a file size limit. As on a full disk, the last page of the transaction is not written,
 * so that recovery ignores the transaction.
 */
const WRITE_FAILED = 778;
const WRITE_FAILED_TEXT =
  "cannot grow: a quota or a limit on the size of files is reached, or the disk reports an error";

const PRIMARY_CODE = 0xff;
const CORRUPT = 11;
const NOT_A_DATABASE = 26;

/** SQLite's extended result code if the file's content is damaged; undefined for every other error. */
export function damageCode(error: unknown): number | undefined {
  if (!(error instanceof SQLiteError)) return undefined;
  const code = error.errno & PRIMARY_CODE;
  return code === CORRUPT || code === NOT_A_DATABASE ? error.errno : undefined;
}

/** The system's error code of a file call; it names no path. */
export function systemReason(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "unknown reason";
}

/** Translates an error of `bun:sqlite` by its number, never by its text. */
export function storeError(error: unknown, path: string): StoreError {
  if (error instanceof StoreError) return error;
  if (!(error instanceof SQLiteError)) {
    return new StoreError("unexpected", `an unexpected fault at ${path}`, error);
  }
  if (error.errno === WRITE_FAILED) return new StoreError("full", `${path} ${WRITE_FAILED_TEXT} (${error.code})`);
  const known = FAULTS[error.errno & PRIMARY_CODE];
  if (known === undefined) return new StoreError("unexpected", `an unexpected fault (${error.code}) at ${path}`, error);
  const [fault, text] = known;
  return new StoreError(fault, `${path} ${text} (${error.code})`);
}
