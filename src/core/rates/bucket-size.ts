import { WHOLE } from "./rate-limiter-memory.ts";

const SECOND_NS = 1_000_000_000;

/** The inputs to the size of this server's bucket. */
export interface BucketPart {
  /** The app's rate over all servers. */
  readonly ratePerSecond: number;
  /** This server's share, in parts of WHOLE. */
  readonly share: number;
  /** Number of servers, including this one. */
  readonly servers: number;
  /** See `kept` of RateLimiterCells. */
  readonly kept: number;
}

export interface BucketSize {
  /** The time in which the bucket gains one call. */
  readonly intervalNs: bigint;
  /** The time in which an empty bucket fills up. */
  readonly depthNs: bigint;
}

/** Minimum burst, in calls, of a server with a small share of a low rate. */
const BURST_CALLS = 5;

/**
 * The size of a token bucket. With the whole rate it holds exactly one second's worth. With a share it holds one second's
 * worth of the share, but no less than that of an equal share: this absorbs a sudden load until the share has followed.
 * So idle servers together can answer one second's worth, or two seconds' worth if the rate is only a few calls.
 */
export function bucketSize({ ratePerSecond, share, servers, kept }: BucketPart): BucketSize {
  if (share === WHOLE) {
    // Rounded down, so that an empty bucket fills within a second; at 1,000 calls a second the error is a millionth.
    const intervalNs = BigInt(Math.floor(SECOND_NS / ratePerSecond));
    return { intervalNs, depthNs: intervalNs * BigInt(ratePerSecond) };
  }
  const intervalNs = Math.floor((SECOND_NS / ratePerSecond) * (WHOLE / share));
  const low = Math.min(BURST_CALLS / ratePerSecond, 2 / servers, 1) * WHOLE;
  const held = Math.max(share, WHOLE / servers, low, kept);
  return {
    intervalNs: BigInt(intervalNs),
    depthNs: BigInt(Math.max(intervalNs, Math.floor(SECOND_NS * (held / share)))),
  };
}
