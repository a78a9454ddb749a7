import type { Clock } from "../../src/core/ports.ts";

/** A clock that a test moves: rates and lifetimes are met to the millisecond, and nobody waits. */
export interface TestClock extends Clock {
  advance(ms: number): void;
}

/** Begins at the real time, and stands still. */
export function createTestClock(): TestClock {
  let now = Date.now();
  return {
    now: () => now,
    monotonicNs: () => BigInt(now) * 1_000_000n,
    advance(ms) {
      now += ms;
    },
  };
}
