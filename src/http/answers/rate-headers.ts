import type { RateLimitStatus } from "../../core/rate-limit-status.ts";

/** A bucket holds the calls of one second (core/rates/rate-limiter.ts). */
const WINDOW_SECONDS = 1;

/**
 * `RateLimit` and `RateLimit-Policy` headers of a call (draft-ietf-httpapi-ratelimit-headers-10). The policy is named
 * after the bucket.
 */
export function setRateHeaders(headers: Headers, { bucket, ratePerSecond, remaining, resetMs }: RateLimitStatus): void {
  headers.set("RateLimit-Policy", `"${bucket}";q=${ratePerSecond};w=${WINDOW_SECONDS}`);
  headers.set("RateLimit", `"${bucket}";r=${remaining};t=${Math.ceil(resetMs / 1000)}`);
}
