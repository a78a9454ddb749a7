import type { Clock } from "../../src/core/ports/system/clock.ts";

/** A clock that tests move, so that rates and lifetimes are exact to the millisecond without waiting. */
export interface TestClock extends Clock {
  advance(ms: number): void;
  /** Sets the wall clock, as an operator does; no time passes. */
  step(ms: number): void;
}

/** Starts at the real time, and stands still. */
export function createTestClock(): TestClock {
  let elapsed = Date.now();
  let stepped = 0;
  return {
    now: () => elapsed + stepped,
    monotonicNs: () => BigInt(elapsed) * 1_000_000n,
    advance(ms) {
      elapsed += ms;
    },
    step(ms) {
      stepped += ms;
    },
  };
}
