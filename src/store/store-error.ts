import { StoreFailure } from "../core/faults/store-failure.ts";

/** Why a store could not carry out a call; the same kinds on every engine. */
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
  // a write was in flight when the writer ended: it may or may not be stored
  | "outcome_unknown"
  | "unexpected";

/**
 * Faults after which certainly nothing is stored, unless the place that throws knows better. An engine reports them of
 * a write only if the write was not begun or was rolled back. After every other fault the outcome is unknown, or the
 * fault is a bug: the caller must read again (docs/decisions/0021).
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
 * A fault of a store. The message is for the operator: it names files and tells what to do. It contains no SQL and no
 * user data, and is never sent to a client. `cause` keeps the driver's error where it helps; of that the log shows only
 * the code and the place in the source.
 */
export class StoreError extends StoreFailure {
  override readonly fault: StoreFault;

  /** @param nothingStored if known, in place of the fault's default */
  constructor(fault: StoreFault, message: string, cause?: unknown, nothingStored = NOTHING_STORED.has(fault)) {
    super(message, nothingStored, cause, fault);
    this.name = "StoreError";
    this.fault = fault;
  }
}
