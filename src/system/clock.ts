import type { Clock } from "../core/ports.ts";

/** The process's clock as its first thread has it. Bun counts `hrtime` from the start of each thread. */
export const systemClock: Clock = clockFrom(0n);

/** A question and its answer that take no longer tell the other thread's time well enough. */
const ROUND_MAX_NS = 1_000_000n;
/** On a machine that is always slower, the quickest of so many counts. */
const ROUNDS_MAX = 50;

/**
 * The same clock on a thread that was started later. The wall clock cannot tell how much later: it may have been set
 * in the meantime.
 * @param ask what `monotonicNs` of the first thread says
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
