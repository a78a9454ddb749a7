import { APPS_USED_AT, CELLS_PER_APP, type RateLimiterCells } from "./rate-limiter-memory.ts";

/**
 * Over how long arrivals are averaged, ns. Short, so that shares follow a balancer that sends everything elsewhere at
 * once: what is late then is lost to the app. Chance does not matter much: the buckets even it out.
 */
const SMOOTHING_NS = 150_000_000;
/** Calls a second below which a bucket counts as not asked for, as a part of its rate. */
const NOTHING = 0.001;

/** What this server is asked for of late. */
export interface DemandMeter {
  /** By cell, calls a second, the refused ones included; without those that nobody asks for. */
  readonly perSecond: ReadonlyMap<number, number>;
  /** Takes in what has arrived since the last time. */
  measure(nowNs: bigint): void;
}

/** Only one may look at the same cells. */
export function createDemandMeter(
  { arrivals, rates, head }: Pick<RateLimiterCells, "arrivals" | "rates" | "head">,
  beganNs: bigint,
): DemandMeter {
  const perSecond = new Map<number, number>();
  let measuredNs = beganNs;

  /** All cells of apps that may have been asked for: apps are numbered without gaps, and most of them serve. */
  function newlyAsked(): Map<number, number> {
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
      const counts = newlyAsked();
      for (const cell of counts.keys()) if (!perSecond.has(cell)) perSecond.set(cell, 0);
      for (const [cell, before] of perSecond) {
        const latest = ((counts.get(cell) ?? 0) * 1e9) / elapsedNs;
        const smoothed = before + (latest - before) * weight;
        if (smoothed < NOTHING * (rates[cell] ?? 0)) perSecond.delete(cell);
        else perSecond.set(cell, smoothed);
      }
    },
  };
}
