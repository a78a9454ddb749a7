import { createAttempts } from "../../src/core/admission/attempts.ts";
import { monotonicMs } from "../../src/core/async/monotonic-ms.ts";
import type { Timers } from "../../src/core/ports/system/timers.ts";
import { createOutsideCalls, type OutsideCalls } from "../../src/identity/outside/outside-calls.ts";
import type { UnusableKey } from "../../src/identity/outside/outside-questions.ts";
import { systemDigest } from "../../src/system/digest.ts";
import { systemTimers } from "../../src/system/timers.ts";
import { createTestClock, type TestClock } from "../harness/test-clock.ts";

/** Real calls to other services, which real time lets pass and the test's clock besides. */
export interface TestOutside {
  readonly clock: TestClock;
  readonly timers: Timers;
  readonly outside: OutsideCalls;
  /** Why keys could not be had. */
  readonly failures: readonly unknown[];
  readonly unusable: readonly UnusableKey[];
}

export function createTestOutside(): TestOutside {
  const clock = createTestClock();
  const from = monotonicMs(clock);
  const timers = { ...systemTimers, nowMs: () => systemTimers.nowMs() + monotonicMs(clock) - from };
  const failures: unknown[] = [];
  const unusable: UnusableKey[] = [];
  const events = {
    keysAvailable: () => {},
    keysUnavailable: ({ error }: { readonly error: unknown }) => void failures.push(error),
    keyUnusable: ({ kid, reason }: UnusableKey) => void unusable.push({ kid, reason }),
  };
  return {
    clock,
    timers,
    failures,
    unusable,
    outside: createOutsideCalls({
      attempts: createAttempts({ resource: "attempts", timers }),
      clock,
      timers,
      digest: systemDigest,
      events,
    }),
  };
}

export const ASKER = () => ({ address: "192.0.2.1" });
