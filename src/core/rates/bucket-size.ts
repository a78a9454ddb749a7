import { WHOLE } from "./rate-limiter-memory.ts";

const SECOND_NS = 1_000_000_000;

/** What decides how a bucket of this server fills. */
export interface BucketPart {
  /** The app's, of all servers together. */
  readonly ratePerSecond: number;
  /** In parts of WHOLE. */
  readonly share: number;
  /** How many servers there are, this one included. */
  readonly servers: number;
  /** See ThrottleCells. */
  readonly kept: number;
}

export interface BucketSize {
  /** In which one call's worth flows in. */
  readonly intervalNs: bigint;
  /** In which an empty bucket gets full. */
  readonly depthNs: bigint;
}

/** A server that is asked little of a low rate may still answer so many calls at once. */
const BURST_CALLS = 5;

/**
 * A bucket of the whole rate holds one second's worth exactly. One with a share holds what the share brings in a
 * second, and no less than what an equal share would: with that a server meets what suddenly comes to it until its
 * share has followed. So idle servers can answer one second's worth together, or two of a rate so low that it is a few
 * calls.
 */
export function bucketSize({ ratePerSecond, share, servers, kept }: BucketPart): BucketSize {
  if (share === WHOLE) {
    // Rounded down, so that an empty bucket is full again in a second; at 1000 a second that is a millionth too much.
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
