import type { Random } from "../ports/system/random.ts";

/**
 * The shared memory in which the threads of a server keep the rate limits. An app has one cell for each of its buckets,
 * at an index given by the app's number. Pages of numbers that no app has are never touched.
 */

export const CELLS_PER_APP = 8;
/** Apps whose numbers are this far apart share their buckets. */
export const APPS = 65_536;
/** Number of address buckets. Two addresses share a bucket with a probability of one in this number. */
export const ADDRESSES = 65_536;
export const ADDRESSES_AT = APPS * CELLS_PER_APP;

/** The share of a server that has the whole rate of an app. */
export const WHOLE = 2 ** 24;

/** Marks a bucket whose share is being changed: a reader spins until it has another value. */
export const CLOSED = -1n;

const CELLS = ADDRESSES_AT + ADDRESSES;
const LONG_BYTES = BigInt64Array.BYTES_PER_ELEMENT;
const INT_BYTES = Int32Array.BYTES_PER_ELEMENT;
const HEAD_INTS = 2;
const INT_REGIONS = 4;

/** Indexes in `head`. */
export const SERVERS_AT = 0;
export const APPS_USED_AT = 1;

export interface RateLimiterCells {
  /** The time at which each bucket is full again, ns of the monotonic clock; CLOSED while its share changes. */
  readonly fullAt: BigInt64Array;
  /** This server's share of each bucket's rate, in parts of WHOLE; 0 = an equal share. */
  readonly shares: Int32Array;
  /** The size of a bucket if it is larger than its share allows, in parts of WHOLE of one second's worth; 0 = it is not. */
  readonly kept: Int32Array;
  /** Calls since the demand was last measured, including refused ones. */
  readonly arrivals: Int32Array;
  /** The last known rate of each bucket over all servers, calls per second; 0 = never used on this server. */
  readonly rates: Int32Array;
  /** At SERVERS_AT the number of other servers; at APPS_USED_AT the index after the last app used. */
  readonly head: Int32Array;
}

/** Every thread of a server gets the same buffer. */
export function createRateLimiterCells(): SharedArrayBuffer {
  return new SharedArrayBuffer(CELLS * LONG_BYTES + (ADDRESSES_AT * INT_REGIONS + HEAD_INTS) * INT_BYTES);
}

export function rateLimiterCells(buffer: SharedArrayBuffer): RateLimiterCells {
  const region = (index: number, length: number): Int32Array =>
    new Int32Array(buffer, CELLS * LONG_BYTES + index * ADDRESSES_AT * INT_BYTES, length);
  return {
    fullAt: new BigInt64Array(buffer, 0, CELLS),
    shares: region(0, ADDRESSES_AT),
    kept: region(1, ADDRESSES_AT),
    arrivals: region(2, ADDRESSES_AT),
    rates: region(3, ADDRESSES_AT),
    head: region(INT_REGIONS, HEAD_INTS),
  };
}

/** Shared by all threads of a server, so that its rate limits hold for the whole server. */
export interface RateLimiterMemory {
  readonly cells: SharedArrayBuffer;
  /** A random number for the hash of addresses, so that clients cannot choose an address that collides with another. */
  readonly seed: number;
}

export function newRateLimiterMemory(random: Pick<Random, "bytes">): RateLimiterMemory {
  return { cells: createRateLimiterCells(), seed: new DataView(random.bytes(4).buffer).getUint32(0) };
}
