import { expect, test } from "bun:test";
import { BUCKETS } from "../../../src/core/rate-limit-status.ts";
import { createRateLimiter, type RateLimiter } from "../../../src/core/rates/rate-limiter.ts";
import {
  CELLS_PER_APP,
  createRateLimiterCells,
  rateLimiterCells,
} from "../../../src/core/rates/rate-limiter-memory.ts";
import { Refusal } from "../../../src/core/refusals.ts";
import { createTestClock } from "../../harness/test-clock.ts";
import { rateLimitedApp } from "./rate-limited-app.ts";
import type { Burst } from "./rate-limiter-worker.ts";

const APP = rateLimitedApp(1);

function start(addressRatePerSecond = 10): { rateLimiter: RateLimiter; clock: ReturnType<typeof createTestClock> } {
  const clock = createTestClock();
  return {
    clock,
    rateLimiter: createRateLimiter({
      resource: "rate_buckets",
      clock,
      cells: createRateLimiterCells(),
      addressRatePerSecond,
      seed: 42,
    }),
  };
}

/** The wait that a caller is told, ms; 0 = the call passed. */
function waitMs(call: () => void): number {
  try {
    call();
    return 0;
  } catch (error) {
    if (error instanceof Refusal && error.refused.code === "rate_exceeded") return error.refused.retryAfterMs;
    throw error;
  }
}

/** The number of passing calls out of `calls`. */
function passing(calls: number, call: () => void): number {
  return Array.from({ length: calls }, () => waitMs(call)).filter((ms) => ms === 0).length;
}

test("a burst of exactly one second's worth passes, and tokens have three times as much", () => {
  for (const rate of [1, 2, 3, 7, 100, 333, 1000]) {
    for (const bucket of BUCKETS) {
      const { rateLimiter } = start();
      const worth = bucket === "token" ? rate * 3 : rate;
      expect(passing(worth * 2 + 5, () => rateLimiter.charge(APP, bucket, rate))).toBe(worth);
    }
  }
});

test("a bucket fills evenly: after a fraction of a second that fraction passes, and never more than a second's worth", () => {
  const { rateLimiter, clock } = start();
  const burst = () => passing(1000, () => rateLimiter.charge(APP, "set", 100));
  expect(burst()).toBe(100);
  clock.advance(9);
  expect(burst()).toBe(0);
  clock.advance(1);
  expect(burst()).toBe(1);
  clock.advance(250);
  expect(burst()).toBe(25);
  clock.advance(86_400_000);
  expect(burst()).toBe(100);
});

test("in ten seconds of constant pressure exactly the burst and ten seconds' worth pass", () => {
  for (const rate of [1, 3, 7, 24, 100, 300, 333]) {
    const { rateLimiter, clock } = start();
    let passed = 0;
    for (let ms = 0; ms <= 10_000; ms++) {
      while (waitMs(() => rateLimiter.charge(APP, "set", rate)) === 0) passed += 1;
      clock.advance(1);
    }
    expect(passed).toBe(rate * 11);
  }
});

test("a call after the reported wait passes, and one a millisecond earlier does not", () => {
  for (const rate of [1, 2, 3, 7, 100]) {
    const { rateLimiter, clock } = start();
    passing(rate, () => rateLimiter.charge(APP, "set", rate));
    for (let round = 0; round < 5; round++) {
      const ms = waitMs(() => rateLimiter.charge(APP, "set", rate));
      expect([Math.floor(1000 / rate), Math.ceil(1000 / rate)]).toContain(ms);
      clock.advance(ms - 1);
      expect(waitMs(() => rateLimiter.charge(APP, "set", rate))).toBe(1);
      clock.advance(1);
      expect(waitMs(() => rateLimiter.charge(APP, "set", rate))).toBe(0);
    }
  }
});

test("a check refuses exactly where a charge would, and charges nothing", () => {
  const { rateLimiter } = start();
  expect(passing(50, () => rateLimiter.check(APP, "set", 5))).toBe(50);
  expect(passing(50, () => rateLimiter.charge(APP, "set", 5))).toBe(5);
  expect(waitMs(() => rateLimiter.check(APP, "set", 5))).toBe(200);
  expect(passing(50, () => rateLimiter.checkAddress("10.0.0.1"))).toBe(50);
  expect(passing(50, () => rateLimiter.chargeAddress("10.0.0.1"))).toBe(10);
  expect(waitMs(() => rateLimiter.checkAddress("10.0.0.1"))).toBe(100);
});

test("calls are counted once as they arrive, the refused ones too: a check only if nothing can be charged after it", () => {
  const cells = createRateLimiterCells();
  const rateLimiter = createRateLimiter({
    resource: "rate_buckets",
    clock: createTestClock(),
    cells,
    addressRatePerSecond: 1,
    seed: 1,
  });
  for (let call = 0; call < 10; call++) {
    const refused = waitMs(() => rateLimiter.check(APP, "set", 5)) > 0;
    if (!refused) rateLimiter.charge(APP, "set", 5);
  }
  expect(rateLimiterCells(cells).arrivals[CELLS_PER_APP]).toBe(10);
});

test("buckets of apps, of kinds of call and of addresses are independent", () => {
  const { rateLimiter } = start();
  for (const number of [1, 2, 3, 4000, 65_535]) {
    for (const bucket of BUCKETS) {
      const worth = bucket === "token" ? 6 : 2;
      expect(passing(10, () => rateLimiter.charge(rateLimitedApp(number), bucket, 2))).toBe(worth);
    }
  }
  for (const address of ["10.0.0.1", "10.0.0.2", "2001:db8:0:1"]) {
    expect(passing(20, () => rateLimiter.chargeAddress(address))).toBe(10);
  }
});

test("a rate of 0 means no limit, and a changed rate takes effect immediately", () => {
  const { rateLimiter } = start(0);
  expect(passing(10_000, () => rateLimiter.charge(APP, "set", 0))).toBe(10_000);
  expect(passing(10_000, () => rateLimiter.chargeAddress("10.0.0.1"))).toBe(10_000);
  expect(passing(100, () => rateLimiter.charge(APP, "set", 10))).toBe(10);
  expect(passing(100, () => rateLimiter.charge(APP, "set", 0))).toBe(100);
});

test("four threads that charge one bucket concurrently get exactly one second's worth together, each time", async () => {
  const cells = createRateLimiterCells();
  const threads = 4;
  await using stack = new AsyncDisposableStack();
  const workers = Array.from({ length: threads }, () => {
    const worker = new Worker(new URL("./rate-limiter-worker.ts", import.meta.url).href);
    stack.defer(() => worker.terminate());
    return worker;
  });
  for (let second = 1; second <= 5; second++) {
    const burst: Burst = {
      cells,
      ready: new SharedArrayBuffer(4),
      threads,
      calls: 2000,
      ratePerSecond: 1000,
      monotonicNs: BigInt(second) * 1_000_000_000n,
    };
    const results = await Promise.all(workers.map((worker) => answerOf(worker, burst)));
    expect(results.reduce((sum, { passed }) => sum + passed, 0)).toBe(1000);
    expect(results.reduce((sum, { unauthenticatedPassed }) => sum + unauthenticatedPassed, 0)).toBe(1000);
    // Of app 1, "set", the refused ones included.
    expect(rateLimiterCells(cells).arrivals[CELLS_PER_APP]).toBe(second * threads * burst.calls);
  }
}, 20_000);

function answerOf(worker: Worker, burst: Burst): Promise<{ passed: number; unauthenticatedPassed: number }> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => reject(new Error(event.message));
    worker.postMessage(burst);
  });
}
