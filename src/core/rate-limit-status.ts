/** The rate limit buckets of an app. Both metadata GETs share one. */
export const BUCKETS = ["set", "read", "batch", "remove", "token", "users", "companion"] as const;

export type Bucket = (typeof BUCKETS)[number];

/** The state of an app's bucket, for the response headers. */
export interface RateLimitStatus {
  readonly bucket: Bucket;
  readonly ratePerSecond: number;
  /** Calls that this server would answer now, with its share of the rate. */
  readonly remaining: number;
  /** Time until the bucket is full again, or, if none remains, until one call is allowed; ms. */
  readonly resetMs: number;
}
