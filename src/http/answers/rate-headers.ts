import type { RateLimitStatus } from "../../core/rate-limit-status.ts";

/** A bucket holds what comes in a second (core/rates/rate-limiter.ts). */
const WINDOW_SECONDS = 1;

/** How a call's bucket stands (draft-ietf-httpapi-ratelimit-headers-10), the policy named after the bucket. */
export function setRateHeaders(headers: Headers, { bucket, ratePerSecond, remaining, resetMs }: RateLimitStatus): void {
  headers.set("RateLimit-Policy", `"${bucket}";q=${ratePerSecond};w=${WINDOW_SECONDS}`);
  headers.set("RateLimit", `"${bucket}";r=${remaining};t=${Math.ceil(resetMs / 1000)}`);
}
