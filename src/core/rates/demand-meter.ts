import { APPS_USED_AT, CELLS_PER_APP, type RateLimiterCells } from "./rate-limiter-memory.ts";

/**
 * Time constant of the moving average of arrivals, ns. It is short, so that shares follow a load balancer that suddenly
 * sends all requests elsewhere: until they have followed, the app loses part of its rate. The buckets even out noise.
 */
const SMOOTHING_NS = 150_000_000;
/** A demand below this part of a bucket's rate counts as none. */
const NEGLIGIBLE = 0.001;

/** The recent demand on this server. */
export interface DemandMeter {
  /** By cell: calls per second, including refused ones. Cells without demand are left out. */
  readonly perSecond: ReadonlyMap<number, number>;
  /** Counts the arrivals since the last call. */
  measure(nowNs: bigint): void;
}

/** Create only one for the same cells: reading the arrivals resets them. */
export function createDemandMeter(
  { arrivals, rates, head }: Pick<RateLimiterCells, "arrivals" | "rates" | "head">,
  beganNs: bigint,
): DemandMeter {
  const perSecond = new Map<number, number>();
  let measuredNs = beganNs;

  /** The arrivals since the last call. It scans all cells up to the last app used: apps are numbered without gaps. */
  function takeArrivals(): Map<number, number> {
    const counts = new Map<number, number>();
    const end = Atomics.load(head, APPS_USED_AT) * CELLS_PER_APP;
    for (let cell = 0; cell < end; cell++) {
      if (arrivals[cell] !== 0) counts.set(cell, Atomics.exchange(arrivals, cell, 0));
    }
    return counts;
  }

  return {
    perSecond,
    measure(nowNs) {
      const elapsedNs = Number(nowNs - measuredNs);
      if (elapsedNs <= 0) return;
      measuredNs = nowNs;
      const weight = 1 - Math.exp(-elapsedNs / SMOOTHING_NS);
      const counts = takeArrivals();
      for (const cell of counts.keys()) if (!perSecond.has(cell)) perSecond.set(cell, 0);
      for (const [cell, before] of perSecond) {
        const latest = ((counts.get(cell) ?? 0) * 1e9) / elapsedNs;
        const smoothed = before + (latest - before) * weight;
        if (smoothed < NEGLIGIBLE * (rates[cell] ?? 0)) perSecond.delete(cell);
        else perSecond.set(cell, smoothed);
      }
    },
  };
}
