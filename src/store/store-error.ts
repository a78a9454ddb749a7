/** What kept a store from doing what it was asked; the same kinds on every engine. */
export type StoreFault =
  // at opening
  | "location_illegal"
  | "in_use"
  | "schema_newer"
  | "not_usermeta"
  | "cannot_open"
  // the engine's own
  | "not_a_database"
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
 * A fault of a store. The message is for the operator: it names files and what to do, holds no SQL and no data of
 * users, and is never sent to a client. What the driver said is kept in `cause` where it adds something.
 */
export class StoreError extends Error {
  readonly fault: StoreFault;

  constructor(fault: StoreFault, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "StoreError";
    this.fault = fault;
  }
}
