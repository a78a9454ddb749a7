import type { Clock } from "../../src/core/ports/system/clock.ts";

/** A clock that a test moves: rates and lifetimes are met to the millisecond, and nobody waits. */
export interface TestClock extends Clock {
  advance(ms: number): void;
  /** As an operator sets the wall clock: no time goes by. */
  step(ms: number): void;
}

/** Begins at the real time, and stands still. */
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
