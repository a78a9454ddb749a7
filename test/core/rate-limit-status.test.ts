import { expect, test } from "bun:test";
import fc from "fast-check";
import { BUCKETS } from "../../src/core/rate-limit-status.ts";
import { createRateLimiter } from "../../src/core/rates/rate-limiter.ts";
import { createRateLimiterCells } from "../../src/core/rates/rate-limiter-memory.ts";
import { Refusal } from "../../src/core/refusals.ts";
import { createTestClock } from "../harness/test-clock.ts";
import { rateLimitedApp } from "./rates/rate-limited-app.ts";

const APP = rateLimitedApp(1);

function start() {
  const clock = createTestClock();
  return {
    clock,
    rateLimiter: createRateLimiter({
      resource: "rate_buckets",
      clock,
      cells: createRateLimiterCells(),
      addressRatePerSecond: 0,
      seed: 1,
    }),
  };
}

test("the reported remainder is the number of calls that then pass, and it is refilled in the reported time", () => {
  const step = fc.record({ calls: fc.integer({ min: 0, max: 30 }), ms: fc.integer({ min: 0, max: 1500 }) });
  fc.assert(
    fc.property(
      fc.constantFrom(...BUCKETS),
      fc.constantFrom(1, 2, 3, 7, 10, 100, 333),
      fc.array(step, { maxLength: 12 }),
      (bucket, rate, steps) => {
        const { clock, rateLimiter } = start();
        const worth = bucket === "token" ? rate * 3 : rate;
        for (const { calls, ms } of steps) {
          for (let call = 0; call < calls; call++) {
            const before = rateLimiter.status(APP, bucket, rate);
            try {
              const after = rateLimiter.charge(APP, bucket, rate);
              expect(after?.remaining).toBe((before?.remaining ?? 0) - 1);
              expect(after).toEqual(rateLimiter.status(APP, bucket, rate));
            } catch (error) {
              if (!(error instanceof Refusal) || error.refused.code !== "rate_exceeded") throw error;
              expect(before?.remaining).toBe(0);
              const { rateLimit, retryAfterMs } = error.refused;
              expect(rateLimit).toEqual({ bucket, ratePerSecond: worth, remaining: 0, resetMs: retryAfterMs });
              break;
            }
          }
          clock.advance(ms);
        }
        const now = rateLimiter.status(APP, bucket, rate);
        expect(now?.ratePerSecond).toBe(worth);
        // Asking charges nothing.
        expect(rateLimiter.status(APP, bucket, rate)).toEqual(now);
        clock.advance(now?.resetMs ?? 0);
        expect(rateLimiter.status(APP, bucket, rate)).toEqual({
          bucket,
          ratePerSecond: worth,
          remaining: worth,
          resetMs: 0,
        });
      },
    ),
    { numRuns: 300 },
  );
});

test("a bucket without a rate reports nothing, and a refusal by address reports no app's rate", () => {
  const { rateLimiter } = start();
  expect(rateLimiter.charge(APP, "set", 0)).toBeUndefined();
  expect(rateLimiter.check(APP, "set", 0)).toBeUndefined();
  expect(rateLimiter.status(APP, "set", 0)).toBeUndefined();
  expect(rateLimiter.check(APP, "set", 5)).toEqual({ bucket: "set", ratePerSecond: 5, remaining: 4, resetMs: 200 });
  expect(rateLimiter.status(APP, "set", 5)?.remaining).toBe(5);
});
