import type { App } from "./model.ts";
import type { Clock, Random } from "./ports.ts";
import { Refusal } from "./refusals.ts";

/**
 * The rates of protocol.md § 4.3, kept by the generic cell rate algorithm: a bucket is one number, the moment at
 * which it is full again, moved by compare-and-swap in shared memory. So a rate is exact whatever the number of
 * threads, and a bucket needs no timer and no cleaning up. A bucket holds one second's worth.
 */

/** What an app's calls count in. The two GETs of metadata share one. */
export const BUCKETS = ["set", "read", "batch", "remove", "token", "users"] as const;

export type Bucket = (typeof BUCKETS)[number];

/** Tokens may be asked for three times as often as anything else (protocol.md § 4.3). */
const TOKEN_FACTOR = 3;

const CELLS_PER_APP = 8;
/** Apps whose numbers are this far apart share their buckets. The memory is used only where apps are. */
const APPS = 65_536;
/** Two addresses may fall on one bucket, each with a chance of one in so many. */
const STRANGERS = 65_536;
const STRANGERS_AT = APPS * CELLS_PER_APP;

const SECOND_NS = 1_000_000_000n;
const MS_NS = 1_000_000n;

/** The buckets' memory; every thread of a server is handed the same. */
export function createThrottleCells(): SharedArrayBuffer {
  return new SharedArrayBuffer((STRANGERS_AT + STRANGERS) * BigInt64Array.BYTES_PER_ELEMENT);
}

/** What the threads of a server must share for its rates to be the server's. */
export interface ThrottleMemory {
  readonly cells: SharedArrayBuffer;
  /** Any number that a stranger cannot guess. */
  readonly seed: number;
}

export function newThrottleMemory(random: Pick<Random, "bytes">): ThrottleMemory {
  return { cells: createThrottleCells(), seed: new DataView(random.bytes(4).buffer).getUint32(0) };
}

/** All calls refuse with `rate_exceeded`; a rate of 0 is none. */
export interface Throttle {
  /** @param ratePerSecond the app's rate of a metadata call */
  charge(app: App, bucket: Bucket, ratePerSecond: number): void;
  /** Refuses what `charge` would refuse, and takes nothing. */
  check(app: App, bucket: Bucket, ratePerSecond: number): void;
  /** For callers who have not shown a good token: by address, so that they cannot use up an app's rate. */
  chargeStranger(address: string): void;
  checkStranger(address: string): void;
}

interface ThrottleNeeds extends ThrottleMemory {
  readonly clock: Clock;
  readonly strangersPerSecond: number;
}

export function createThrottle({ clock, cells, strangersPerSecond, seed }: ThrottleNeeds): Throttle {
  const fullAt = new BigInt64Array(cells);

  function take(cell: number, ratePerSecond: number, taking: boolean): void {
    if (ratePerSecond === 0) return;
    const rate = BigInt(ratePerSecond);
    // Rounded down, so that an empty bucket is full again in a second; at 1000 a second that is a millionth too much.
    const intervalNs = SECOND_NS / rate;
    for (;;) {
      const now = clock.monotonicNs();
      const before = Atomics.load(fullAt, cell);
      const after = intervalNs + laterOf(before, now);
      const excessNs = after - now - intervalNs * rate;
      if (excessNs > 0n) {
        throw new Refusal({ code: "rate_exceeded", retryAfterMs: Number((excessNs + MS_NS - 1n) / MS_NS) });
      }
      if (!taking || Atomics.compareExchange(fullAt, cell, before, after) === before) return;
    }
  }

  const cellOf = (app: App, bucket: Bucket): number => (app.number % APPS) * CELLS_PER_APP + BUCKETS.indexOf(bucket);
  const rateOf = (bucket: Bucket, rate: number): number => (bucket === "token" ? rate * TOKEN_FACTOR : rate);
  const cellOfStranger = (address: string): number => STRANGERS_AT + (hash(address, seed) % STRANGERS);

  return {
    charge: (app, bucket, rate) => take(cellOf(app, bucket), rateOf(bucket, rate), true),
    check: (app, bucket, rate) => take(cellOf(app, bucket), rateOf(bucket, rate), false),
    chargeStranger: (address) => take(cellOfStranger(address), strangersPerSecond, true),
    checkStranger: (address) => take(cellOfStranger(address), strangersPerSecond, false),
  };
}

/** Math.max takes no bigints. */
function laterOf(a: bigint, b: bigint): bigint {
  if (a > b) return a;
  return b;
}

/** FNV-1a, unsigned 32 bits. */
function hash(text: string, seed: number): number {
  let value = (0x811c9dc5 ^ seed) | 0;
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  return value >>> 0;
}
