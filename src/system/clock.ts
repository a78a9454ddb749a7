import type { Clock } from "../core/ports/system/clock.ts";

/** The clock of the first thread. Bun counts `hrtime` from the start of each thread. */
export const systemClock: Clock = clockFrom(0n);

/** A round trip up to this long measures the other thread's time precisely enough. */
const ROUND_MAX_NS = 1_000_000n;
/** On a slower machine, the shortest of this many round trips is used. */
const ROUNDS_MAX = 50;

/**
 * The first thread's clock, on a thread that was started later. The offset cannot be computed from the wall clock, which
 * may have been set in the meantime.
 * @param ask reads `monotonicNs` of the first thread
 */
export async function sharedClock(ask: () => Promise<bigint>): Promise<Clock> {
  let best: { readonly tookNs: bigint; readonly originNs: bigint } | undefined;
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const askedNs = process.hrtime.bigint();
    const theirsNs = await ask();
    const tookNs = process.hrtime.bigint() - askedNs;
    if (best !== undefined && best.tookNs <= tookNs) continue;
    best = { tookNs, originNs: theirsNs - askedNs - tookNs / 2n };
    if (tookNs <= ROUND_MAX_NS) break;
  }
  return clockFrom(best?.originNs ?? 0n);
}

function clockFrom(originNs: bigint): Clock {
  return { now: () => Date.now(), monotonicNs: () => originNs + process.hrtime.bigint() };
}
