import type { Clock, Demand, Events, Store } from "../ports.ts";
import { createDemandMeter } from "./demand-meter.ts";
import { APPS, CELLS_PER_APP, rateLimiterCells } from "./rate-limiter-memory.ts";
import { shareOfRate } from "./share-of-rate.ts";
import { createSharedBuckets } from "./shared-buckets.ts";

/** How often `refresh` is meant to be called. */
export const SHARES_REFRESH_MS = 200;

/**
 * Makes the rates of one server's buckets its part of the rates of all servers of its store, by what each of them has
 * lately been asked for. A server that is alone has the whole of each rate. One thread of a server does it for all.
 */
export interface RateShares {
  /**
   * Looks at what has been asked, exchanges it if it is time, and deals the shares anew. Settles when that is done; a
   * call while an exchange is under way starts no second one.
   */
  refresh(): Promise<void>;
  /** Settles when no exchange is under way; none begins from now on. */
  stop(): Promise<void>;
}

export interface RateSharesNeeds {
  readonly cells: SharedArrayBuffer;
  readonly store: Pick<Store, "publishDemand">;
  readonly clock: Clock;
  readonly events: Pick<Events, "refreshFailed">;
}

/** A server that is asked for nothing shows only each so many calls that it lives. */
const IDLE_REFRESHES = 5;
/** As a part of an equal share. A lower demand is not told while that of all others is, too: it fits without it. */
const TELLING = 0.25;
/** The same where another server tells of the bucket. */
const TELLING_TOO = 0.02;
const DIGITS = 4;

export function createRateShares({ cells, store, clock, events }: RateSharesNeeds): RateShares {
  const memory = rateLimiterCells(cells);
  const meter = createDemandMeter(memory, clock.monotonicNs());
  const buckets = createSharedBuckets(memory);
  let servers = 1;
  /** By cell, all other servers together. */
  let others: ReadonlyMap<number, number> = new Map();
  let exchanging: Promise<void> | undefined;
  let refreshesSince = IDLE_REFRESHES;
  let isStopped = false;
  let hasTold = false;

  const rateOf = (cell: number): number => memory.rates[cell] ?? 0;

  function demand(): readonly Demand[] {
    return [...meter.perSecond].flatMap(([cell, perSecond]) => {
      const least = (rateOf(cell) / servers) * (others.has(cell) ? TELLING_TOO : TELLING);
      if (perSecond < least) return [];
      return { app: Math.floor(cell / CELLS_PER_APP), bucket: cell % CELLS_PER_APP, perSecond: rounded(perSecond) };
    });
  }

  function deal(): void {
    const shares = new Map<number, number>();
    // What this server was never asked for has a rate that it does not know.
    const wanted = servers === 1 ? [] : new Set([...meter.perSecond.keys(), ...others.keys()]);
    for (const cell of wanted) {
      const ratePerSecond = rateOf(cell);
      const mine = meter.perSecond.get(cell) ?? 0;
      if (ratePerSecond === 0) continue;
      shares.set(cell, shareOfRate({ ratePerSecond, mine, others: others.get(cell) ?? 0, servers }));
    }
    buckets.deal(servers, shares, clock.monotonicNs());
  }

  async function exchange(mine: readonly Demand[]): Promise<void> {
    try {
      const lists = await store.publishDemand(mine);
      servers = lists.length + 1;
      others = sums(lists);
      hasTold = mine.length > 0;
      deal();
    } catch (error) {
      // The shares stay as they are.
      events.refreshFailed(error);
    }
  }

  return {
    async refresh() {
      meter.measure(clock.monotonicNs());
      deal();
      refreshesSince += 1;
      if (exchanging !== undefined || isStopped) return exchanging;
      const mine = demand();
      if (mine.length === 0 && !hasTold && refreshesSince < IDLE_REFRESHES) return;
      refreshesSince = 0;
      exchanging = exchange(mine).finally(() => {
        exchanging = undefined;
      });
      await exchanging;
    },
    async stop() {
      isStopped = true;
      await exchanging;
    },
  };
}

/** What a server of another version tells may be something else; what is not understood is left out. */
function sums(lists: readonly (readonly Demand[])[]): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  for (const { app, bucket, perSecond } of lists.flat()) {
    if (!isPlace(app, APPS) || !isPlace(bucket, CELLS_PER_APP) || !(perSecond > 0 && perSecond < 1e12)) continue;
    const cell = app * CELLS_PER_APP + bucket;
    found.set(cell, (found.get(cell) ?? 0) + perSecond);
  }
  return found;
}

function isPlace(value: number, end: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < end;
}

function rounded(perSecond: number): number {
  return Number(perSecond.toPrecision(DIGITS));
}
