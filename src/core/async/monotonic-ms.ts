import type { Clock } from "../ports/system/clock.ts";

/** Monotonic time, ms, the same in every thread: for durations that must not change when the wall clock is set. */
export function monotonicMs(clock: Pick<Clock, "monotonicNs">): number {
  return Number(clock.monotonicNs()) / 1e6;
}
