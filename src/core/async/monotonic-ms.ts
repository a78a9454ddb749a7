import type { Clock } from "../ports.ts";

/** For spans that a wall clock which is set must neither shorten nor lengthen; the same in every thread. */
export function monotonicMs(clock: Pick<Clock, "monotonicNs">): number {
  return Number(clock.monotonicNs()) / 1e6;
}
