import type { MaybePromise } from "./maybe-promise.ts";

/** What other processes, and this one, have done to things that servers keep in memory. */
export type Change =
  | { readonly kind: "apps" }
  | { readonly kind: "keys" }
  | { readonly kind: "user"; readonly userId: string };

export interface FeedPage {
  /** Where to go on the next time. */
  readonly cursor: number;
  readonly changes: readonly Change[];
}

/** How a server learns of changes to things that it keeps in memory. See `Store` for what holds for every call. */
export interface ChangeFeed {
  /**
   * Another number than before when this process has added to what `changesSince` answers, in whatever thread; costs
   * nothing to ask.
   */
  feedVersion(): number;
  /**
   * All that has happened after `cursor`, in order; 0 = since ever. What is over an hour old may be forgotten, apart
   * from the last 1,000 changes: clocks may be set at any time.
   */
  changesSince(cursor: number): MaybePromise<FeedPage>;
}
