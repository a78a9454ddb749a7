import type { Resource } from "../admission/resources.ts";
import type { App } from "../model.ts";
import type { Clock } from "../ports/system/clock.ts";
import { BUCKETS, type Bucket, type RateLimitStatus } from "../rate-limit-status.ts";
import { Refusal } from "../refusals.ts";
import { type BucketSize, bucketSize } from "./bucket-size.ts";
import {
  ADDRESSES,
  ADDRESSES_AT,
  APPS,
  APPS_USED_AT,
  CELLS_PER_APP,
  CLOSED,
  type RateLimiterMemory,
  rateLimiterCells,
  SERVERS_AT,
  WHOLE,
} from "./rate-limiter-memory.ts";

/**
 * The rate limits of docs/PROTOCOL.md § Rates: token buckets by the generic cell rate algorithm. A bucket is one number, the
 * moment at which it is full again, moved by compare-and-swap in shared memory. So a rate limit is exact whatever the
 * number of threads, and a bucket needs no timer and no cleanup. A bucket holds one second's worth. Where several servers
 * share the store, each enforces its share of every rate: see rate-shares.ts.
 */

/** The rate limit of token requests is three times the rate of other calls (docs/PROTOCOL.md § Rates). */
const TOKEN_FACTOR = 3;

const MS_NS = 1_000_000n;
/** Maximum `Retry-After` of a bucket with a share: shares are recomputed several times a second. */
const SHARED_WAIT_MAX_MS = 1000;

/** Refuses with `rate_exceeded`. A rate of 0 means unlimited; then the methods return undefined. */
export interface RateLimiter {
  /** Takes one call from the bucket. @param ratePerSecond the app's rate of metadata calls */
  charge(app: App, bucket: Bucket, ratePerSecond: number): RateLimitStatus | undefined;
  /** Refuses the calls that `charge` would refuse, but takes nothing from the bucket. */
  check(app: App, bucket: Bucket, ratePerSecond: number): RateLimitStatus | undefined;
  /** The state of the bucket; never refuses. */
  status(app: App, bucket: Bucket, ratePerSecond: number): RateLimitStatus | undefined;
  /** For unauthenticated clients: the limit is per address, so that they cannot use up an app's rate. */
  chargeAddress(address: string): void;
  /** Refuses the calls that `chargeAddress` would refuse, but takes nothing. */
  checkAddress(address: string): void;
}

interface RateLimiterNeeds extends RateLimiterMemory {
  readonly resource: Resource;
  readonly clock: Clock;
  /** Rate limit per address; 0 = unlimited. */
  readonly addressRatePerSecond: number;
}

export function createRateLimiter({ clock, cells, addressRatePerSecond, seed }: RateLimiterNeeds): RateLimiter {
  const { fullAt, shares, kept, arrivals, rates, head } = rateLimiterCells(cells);

  /**
   * How much too early the call comes, ns; above 0 it is refused. Undefined: another thread changed the bucket in between.
   */
  function take(cell: number, before: bigint, size: BucketSize, taking: boolean): bigint | undefined {
    const now = clock.monotonicNs();
    const after = size.intervalNs + laterOf(before, now);
    const excessNs = after - now - size.depthNs;
    if (excessNs > 0n || !taking) return excessNs;
    return Atomics.compareExchange(fullAt, cell, before, after) === before ? excessNs : undefined;
  }

  /** This server's current share of a bucket's rate, and the size of the bucket with it. */
  function sized(cell: number, ratePerSecond: number): { readonly share: number; readonly size: BucketSize } {
    const servers = Atomics.load(head, SERVERS_AT) + 1;
    const share = Atomics.load(shares, cell) || Math.floor(WHOLE / servers);
    return { share, size: bucketSize({ ratePerSecond, share, servers, kept: Atomics.load(kept, cell) }) };
  }

  function takeOfApp(app: App, bucket: Bucket, appRate: number, taking: boolean): RateLimitStatus | undefined {
    if (appRate === 0) return undefined;
    const ratePerSecond = rateOf(bucket, appRate);
    const cell = cellOf(app, bucket);
    const place = app.number % APPS;
    if (place >= Atomics.load(head, APPS_USED_AT)) Atomics.store(head, APPS_USED_AT, place + 1);
    if (Atomics.load(rates, cell) !== ratePerSecond) Atomics.store(rates, cell, ratePerSecond);
    for (;;) {
      // Read before the share: a change of the share changes this, too, so the compare-and-swap detects it.
      const before = Atomics.load(fullAt, cell);
      if (before === CLOSED) continue;
      const { share, size } = sized(cell, ratePerSecond);
      const excessNs = take(cell, before, size, taking);
      if (excessNs === undefined) continue;
      // A call that `check` refused is not charged later, so it is counted here.
      if (taking || excessNs > 0n) Atomics.add(arrivals, cell, 1);
      if (excessNs <= 0n) return allowed(bucket, ratePerSecond, -excessNs, size);
      const waitMs = Math.min(msFrom(excessNs), share === WHOLE ? Number.POSITIVE_INFINITY : SHARED_WAIT_MAX_MS);
      throw rateExceeded(waitMs, { bucket, ratePerSecond, remaining: 0, resetMs: waitMs });
    }
  }

  function statusOf(app: App, bucket: Bucket, appRate: number): RateLimitStatus | undefined {
    if (appRate === 0) return undefined;
    const ratePerSecond = rateOf(bucket, appRate);
    for (;;) {
      const before = Atomics.load(fullAt, cellOf(app, bucket));
      if (before === CLOSED) continue;
      const { size } = sized(cellOf(app, bucket), ratePerSecond);
      const now = clock.monotonicNs();
      return allowed(bucket, ratePerSecond, size.depthNs - (laterOf(before, now) - now), size);
    }
  }

  function takeOfAddress(address: string, taking: boolean): void {
    if (addressRatePerSecond === 0) return;
    const size = bucketSize({ ratePerSecond: addressRatePerSecond, share: WHOLE, servers: 1, kept: 0 });
    const cell = ADDRESSES_AT + (hash(address, seed) % ADDRESSES);
    let excessNs: bigint | undefined;
    while (excessNs === undefined) excessNs = take(cell, Atomics.load(fullAt, cell), size, taking);
    if (excessNs > 0n) throw rateExceeded(msFrom(excessNs), undefined);
  }

  return {
    charge: (app, bucket, rate) => takeOfApp(app, bucket, rate, true),
    check: (app, bucket, rate) => takeOfApp(app, bucket, rate, false),
    status: statusOf,
    chargeAddress: (address) => takeOfAddress(address, true),
    checkAddress: (address) => takeOfAddress(address, false),
  };
}

function rateOf(bucket: Bucket, appRate: number): number {
  return bucket === "token" ? appRate * TOKEN_FACTOR : appRate;
}

function cellOf(app: App, bucket: Bucket): number {
  return (app.number % APPS) * CELLS_PER_APP + BUCKETS.indexOf(bucket);
}

/** @param leftNs the contents of the bucket, as the time in which they flowed in */
function allowed(
  bucket: Bucket,
  ratePerSecond: number,
  leftNs: bigint,
  { intervalNs, depthNs }: BucketSize,
): RateLimitStatus {
  const left = Math.max(0, Number(leftNs));
  return {
    bucket,
    ratePerSecond,
    remaining: Math.floor(left / Number(intervalNs)),
    resetMs: Math.ceil((Number(depthNs) - left) / Number(MS_NS)),
  };
}

function msFrom(ns: bigint): number {
  return Number((ns + MS_NS - 1n) / MS_NS);
}

function rateExceeded(retryAfterMs: number, rateLimit: RateLimitStatus | undefined): Refusal {
  return new Refusal({ code: "rate_exceeded", retryAfterMs, rateLimit });
}

/** Math.max does not accept bigints. */
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
