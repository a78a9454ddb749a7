/** What an app's calls count in. The two GETs of metadata share one. */
export const BUCKETS = ["set", "read", "batch", "remove", "token", "users", "companion"] as const;

export type Bucket = (typeof BUCKETS)[number];

/** How a bucket of an app stands, as the caller may be told. */
export interface RateLimitStatus {
  readonly bucket: Bucket;
  readonly ratePerSecond: number;
  /** Calls that this server would answer at once, with its share of the rate. */
  readonly remaining: number;
  /** When that is as many as can be again, or, with none left, when it is one; ms. */
  readonly resetMs: number;
}
