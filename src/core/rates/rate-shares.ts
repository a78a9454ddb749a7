import type { ClusterStore, Demand } from "../ports/cluster-store.ts";
import type { Events } from "../ports/events.ts";
import type { Clock } from "../ports/system/clock.ts";
import { createDemandMeter } from "./demand-meter.ts";
import { APPS, CELLS_PER_APP, rateLimiterCells } from "./rate-limiter-memory.ts";
import { shareOfRate } from "./share-of-rate.ts";
import { createSharedBuckets } from "./shared-buckets.ts";

/** Interval at which to call `refresh`. */
export const SHARES_REFRESH_MS = 200;

/**
 * Enforces rate limits across all servers of a store: gives this server a share of each app's rate, according to the
 * recent demand on each server. A single server has the whole rate. One thread of a server does this for all its threads.
 */
export interface RateShares {
  /**
   * Measures the demand, publishes it if that is due, and recomputes the shares. Settles when this is done. A call while
   * the demand is being published joins that run.
   */
  refresh(): Promise<void>;
  /** Settles when nothing is being published; from now on nothing will be. */
  stop(): Promise<void>;
}

export interface RateSharesNeeds {
  readonly cells: SharedArrayBuffer;
  readonly store: ClusterStore;
  readonly clock: Clock;
  readonly events: Pick<Events, "refreshFailed">;
}

/** A server without demand publishes only at every fifth refresh, as a heartbeat. */
const IDLE_REFRESHES = 5;
/** A demand below this part of an equal share is not published: if it is low on every server, the rate suffices anyway. */
const PUBLISHED_MIN = 0.25;
/** The same for a bucket that another server publishes a demand for. */
const PUBLISHED_MIN_SHARED = 0.02;
const DIGITS = 4;

export function createRateShares({ cells, store, clock, events }: RateSharesNeeds): RateShares {
  const memory = rateLimiterCells(cells);
  const meter = createDemandMeter(memory, clock.monotonicNs());
  const buckets = createSharedBuckets(memory);
  let servers = 1;
  /** By cell: the demand on all other servers together. */
  let others: ReadonlyMap<number, number> = new Map();
  let publishing: Promise<void> | undefined;
  let refreshesSince = IDLE_REFRESHES;
  let isStopped = false;
  let hasPublished = false;

  const rateOf = (cell: number): number => memory.rates[cell] ?? 0;

  function demand(): readonly Demand[] {
    return [...meter.perSecond].flatMap(([cell, perSecond]) => {
      const least = (rateOf(cell) / servers) * (others.has(cell) ? PUBLISHED_MIN_SHARED : PUBLISHED_MIN);
      if (perSecond < least) return [];
      return { app: Math.floor(cell / CELLS_PER_APP), bucket: cell % CELLS_PER_APP, perSecond: rounded(perSecond) };
    });
  }

  function setShares(): void {
    const shares = new Map<number, number>();
    // This server does not know the rate of a bucket that it was never asked for.
    const wanted = servers === 1 ? [] : new Set([...meter.perSecond.keys(), ...others.keys()]);
    for (const cell of wanted) {
      const ratePerSecond = rateOf(cell);
      const mine = meter.perSecond.get(cell) ?? 0;
      if (ratePerSecond === 0) continue;
      shares.set(cell, shareOfRate({ ratePerSecond, mine, others: others.get(cell) ?? 0, servers }));
    }
    buckets.setShares(servers, shares, clock.monotonicNs());
  }

  async function publish(mine: readonly Demand[]): Promise<void> {
    try {
      const lists = await store.publishDemand(mine);
      servers = lists.length + 1;
      others = sums(lists);
      hasPublished = mine.length > 0;
      setShares();
    } catch (error) {
      // The shares stay as they are.
      events.refreshFailed(error);
    }
  }

  return {
    async refresh() {
      meter.measure(clock.monotonicNs());
      setShares();
      refreshesSince += 1;
      if (publishing !== undefined || isStopped) return publishing;
      const mine = demand();
      if (mine.length === 0 && !hasPublished && refreshesSince < IDLE_REFRESHES) return;
      refreshesSince = 0;
      publishing = publish(mine).finally(() => {
        publishing = undefined;
      });
      await publishing;
    },
    async stop() {
      isStopped = true;
      await publishing;
    },
  };
}

/** Sums by cell. Skips entries that are not valid here: a server of another version may publish something else. */
function sums(lists: readonly (readonly Demand[])[]): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  for (const { app, bucket, perSecond } of lists.flat()) {
    if (!isIndex(app, APPS) || !isIndex(bucket, CELLS_PER_APP) || !(perSecond > 0 && perSecond < 1e12)) continue;
    const cell = app * CELLS_PER_APP + bucket;
    found.set(cell, (found.get(cell) ?? 0) + perSecond);
  }
  return found;
}

function isIndex(value: number, end: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < end;
}

function rounded(perSecond: number): number {
  return Number(perSecond.toPrecision(DIGITS));
}
