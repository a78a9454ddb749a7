import type { Random } from "../ports.ts";

/**
 * What the threads of a server share to keep rates. An app has a cell for each of its buckets, at a place given by its
 * number; where there are no apps the memory is never touched.
 */

export const CELLS_PER_APP = 8;
/** Apps whose numbers are this far apart share their buckets. */
export const APPS = 65_536;
/** Two addresses may fall on one bucket, each with a chance of one in so many. */
export const ADDRESSES = 65_536;
export const ADDRESSES_AT = APPS * CELLS_PER_APP;

/** The share of a server that has an app's whole rate. */
export const WHOLE = 2 ** 24;

/** In place of the moment at which a bucket is full: it is to be read again, at once. */
export const CLOSED = -1n;

const CELLS = ADDRESSES_AT + ADDRESSES;
const LONG_BYTES = BigInt64Array.BYTES_PER_ELEMENT;
const INT_BYTES = Int32Array.BYTES_PER_ELEMENT;
const HEAD_INTS = 2;
const INT_REGIONS = 4;

/** The places of `head`. */
export const SERVERS_AT = 0;
export const APPS_USED_AT = 1;

export interface RateLimiterCells {
  /** When each bucket is full again, ns of the monotonic clock; CLOSED while its share is changed. */
  readonly fullAt: BigInt64Array;
  /** What this server has of a bucket's rate, in parts of WHOLE; 0 = as much as every other server. */
  readonly shares: Int32Array;
  /** What a bucket may hold, if that is more than is due to its share, in parts of WHOLE of a second's worth. */
  readonly kept: Int32Array;
  /** Calls since they were last looked at, the refused ones included. */
  readonly arrivals: Int32Array;
  /** The rate that a bucket was last asked with, of all servers together; 0 = never asked for here. */
  readonly rates: Int32Array;
  /** At SERVERS_AT the number of other servers, at APPS_USED_AT the place after the last app that was asked for. */
  readonly head: Int32Array;
}

/** The buckets' memory; every thread of a server is handed the same. */
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

/** What the threads of a server must share for its rates to be the server's. */
export interface RateLimiterMemory {
  readonly cells: SharedArrayBuffer;
  /** Any number that a stranger cannot guess. */
  readonly seed: number;
}

export function newRateLimiterMemory(random: Pick<Random, "bytes">): RateLimiterMemory {
  return { cells: createRateLimiterCells(), seed: new DataView(random.bytes(4).buffer).getUint32(0) };
}
