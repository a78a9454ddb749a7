import type { Clock } from "../core/ports.ts";

/**
 * Bun counts `hrtime` from the start of each thread. The wall clock's word for that moment brings all threads to one
 * origin; it is read once a thread, so that a wall clock which is set later moves nothing.
 */
const ORIGIN_NS = BigInt(Math.round(performance.timeOrigin * 1000)) * 1000n;

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicNs: () => ORIGIN_NS + process.hrtime.bigint(),
};
