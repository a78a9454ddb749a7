import type { StoreTroubleKind } from "./store-trouble.ts";

/** Whether the store can serve. */
export interface StoreHealth {
  /**
   * Rejects, with the reason for the operator, when reads or writes cannot be served at present; otherwise says what an
   * operator should see to all the same.
   */
  ping(): Promise<readonly StoreTroubleKind[]>;
  /** Settles (with the reason) only if the store can never serve again, so that the process should end. */
  readonly failed: Promise<Error>;
}
