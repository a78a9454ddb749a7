import { StoreFailure } from "../core/faults/store-failure.ts";

/** What kept a store from doing what it was asked; the same kinds on every engine. */
export type StoreFault =
  // at opening
  | "location_illegal"
  | "in_use"
  | "schema_newer"
  | "schema_older"
  | "not_usermeta"
  | "cannot_open"
  // the engine's own
  | "not_a_database"
  // the file that is open is no longer the store
  | "file_lost"
  | "corrupt"
  | "full"
  | "busy"
  | "unreachable"
  | "readonly"
  | "io"
  | "closed"
  // a write was under way when the writer ended: it may or may not be there
  | "outcome_unknown"
  | "unexpected";

/**
 * Faults after which nothing is stored for certain, unless the place where one arises knows better. A failed read never
 * has stored anything; an engine reports these of a write only when it was not begun, or has been undone. After all
 * others the outcome is open, or the fault is ours: then the caller must look (docs/decisions/0021).
 */
const NOTHING_STORED: ReadonlySet<StoreFault> = new Set<StoreFault>([
  "cannot_open",
  "file_lost",
  "full",
  "busy",
  "unreachable",
  "readonly",
  "io",
  "closed",
]);

/**
 * A fault of a store. The message is for the operator: it names files and what to do, holds no SQL and no data of
 * users, and is never sent to a client. What the driver has thrown is kept in
 * `cause` where it adds something; of it the log shows only the code and where it arose.
 */
export class StoreError extends StoreFailure {
  override readonly fault: StoreFault;

  /** @param nothingStored where it is known, and not the usual of the fault */
  constructor(fault: StoreFault, message: string, cause?: unknown, nothingStored = NOTHING_STORED.has(fault)) {
    super(message, nothingStored, cause, fault);
    this.name = "StoreError";
    this.fault = fault;
  }
}
