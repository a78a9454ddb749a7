import type { MaybePromise } from "./maybe-promise.ts";

/** A change, by this process or another one, to data that servers cache. */
export type Change =
  | { readonly kind: "apps" }
  | { readonly kind: "keys" }
  | { readonly kind: "user"; readonly userId: string };

export interface FeedPage {
  /** The `cursor` of the next call. */
  readonly cursor: number;
  readonly changes: readonly Change[];
}

/** How a server learns of changes to data that it caches. `Store` has the promises for every call. */
export interface ChangeFeed {
  /**
   * Changes whenever any thread of this process has appended to the feed that `changesSince` reads. Cheap to call.
   */
  feedVersion(): number;
  /**
   * The changes after `cursor`, in order; 0 = from the start of the feed. The feed may drop entries that are over an hour
   * old, but never the last 1,000 entries, because clocks may be set at any time.
   */
  changesSince(cursor: number): MaybePromise<FeedPage>;
}
