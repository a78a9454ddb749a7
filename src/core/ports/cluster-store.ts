import type { MaybePromise } from "./maybe-promise.ts";

/** How often one server has lately been asked for what an app has a rate for. */
export interface Demand {
  readonly app: number;
  /** Its place in BUCKETS of rate-limiter.ts. */
  readonly bucket: number;
  /** Calls a second, the refused ones included. */
  readonly perSecond: number;
}

/** What the servers of one store tell each other. See `Store` for what holds for every call. */
export interface ClusterStore {
  /**
   * Tells the other servers of the store what this one is asked for, and answers what they are: a list for each of
   * those that have been heard of lately. Where only one server can have the store there are none.
   */
  publishDemand(demand: readonly Demand[]): MaybePromise<readonly (readonly Demand[])[]>;
}
