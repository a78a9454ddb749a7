import type { MaybePromise } from "./maybe-promise.ts";

/** How often one server has recently received a rate-limited kind of call of an app. */
export interface Demand {
  readonly app: number;
  /** The index of the kind in BUCKETS of rate-limiter.ts. */
  readonly bucket: number;
  /** Calls per second, refused ones included. */
  readonly perSecond: number;
}

/** What the servers of one store tell each other. `Store` has the promises for every call. */
export interface ClusterStore {
  /**
   * Publishes the call rates that this server sees. Returns those of the other servers of the store: a list for each
   * server that has published recently. Empty where only one server can open the store.
   */
  publishDemand(demand: readonly Demand[]): MaybePromise<readonly (readonly Demand[])[]>;
}
