import type { StoreTroubleKind } from "./store-trouble.ts";

/** Whether the store can serve. */
export interface StoreHealth {
  /**
   * Rejects, with the reason for the operator, while reads or writes cannot be served. Otherwise returns the problems
   * that need the operator although the store serves.
   */
  ping(): Promise<readonly StoreTroubleKind[]>;
  /** Resolves, with the reason, only if the store can never serve again: then the process should end. */
  readonly failed: Promise<Error>;
}
