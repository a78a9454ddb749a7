import { expect, test } from "bun:test";
import { BUCKETS } from "../../../src/core/allowance.ts";
import { createThrottle, type Throttle } from "../../../src/core/rates/throttle.ts";
import { CELLS_PER_APP, createThrottleCells, throttleCells } from "../../../src/core/rates/throttle-memory.ts";
import { Refusal } from "../../../src/core/refusals.ts";
import { createTestClock } from "../../harness/test-clock.ts";
import { throttledApp } from "./throttle-app.ts";
import type { Burst } from "./throttle-worker.ts";

const APP = throttledApp(1);

function start(strangersPerSecond = 10): { throttle: Throttle; clock: ReturnType<typeof createTestClock> } {
  const clock = createTestClock();
  return {
    clock,
    throttle: createThrottle({
      resource: "rate_buckets",
      clock,
      cells: createThrottleCells(),
      strangersPerSecond,
      seed: 42,
    }),
  };
}

/** How long a caller is told to wait, ms; 0 = the call passed. */
function waitMs(call: () => void): number {
  try {
    call();
    return 0;
  } catch (error) {
    if (error instanceof Refusal && error.refused.code === "rate_exceeded") return error.refused.retryAfterMs;
    throw error;
  }
}

/** How many of so many calls pass. */
function passing(calls: number, call: () => void): number {
  return Array.from({ length: calls }, () => waitMs(call)).filter((ms) => ms === 0).length;
}

test("a burst of exactly one second's worth passes, and tokens have three times as much", () => {
  for (const rate of [1, 2, 3, 7, 100, 333, 1000]) {
    for (const bucket of BUCKETS) {
      const { throttle } = start();
      const worth = bucket === "token" ? rate * 3 : rate;
      expect(passing(worth * 2 + 5, () => throttle.charge(APP, bucket, rate))).toBe(worth);
    }
  }
});

test("a bucket fills evenly: after a fraction of a second that fraction passes, and never more than a second's worth", () => {
  const { throttle, clock } = start();
  const burst = () => passing(1000, () => throttle.charge(APP, "set", 100));
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
    const { throttle, clock } = start();
    let passed = 0;
    for (let ms = 0; ms <= 10_000; ms++) {
      while (waitMs(() => throttle.charge(APP, "set", rate)) === 0) passed += 1;
      clock.advance(1);
    }
    expect(passed).toBe(rate * 11);
  }
});

test("who waits as long as he is told passes, and a millisecond earlier does not", () => {
  for (const rate of [1, 2, 3, 7, 100]) {
    const { throttle, clock } = start();
    passing(rate, () => throttle.charge(APP, "set", rate));
    for (let round = 0; round < 5; round++) {
      const ms = waitMs(() => throttle.charge(APP, "set", rate));
      expect([Math.floor(1000 / rate), Math.ceil(1000 / rate)]).toContain(ms);
      clock.advance(ms - 1);
      expect(waitMs(() => throttle.charge(APP, "set", rate))).toBe(1);
      clock.advance(1);
      expect(waitMs(() => throttle.charge(APP, "set", rate))).toBe(0);
    }
  }
});

test("a check refuses what a charge would refuse, and takes nothing", () => {
  const { throttle } = start();
  expect(passing(50, () => throttle.check(APP, "set", 5))).toBe(50);
  expect(passing(50, () => throttle.charge(APP, "set", 5))).toBe(5);
  expect(waitMs(() => throttle.check(APP, "set", 5))).toBe(200);
  expect(passing(50, () => throttle.checkStranger("10.0.0.1"))).toBe(50);
  expect(passing(50, () => throttle.chargeStranger("10.0.0.1"))).toBe(10);
  expect(waitMs(() => throttle.checkStranger("10.0.0.1"))).toBe(100);
});

test("calls are counted once as they arrive, the refused ones too: a check only if nothing can be charged after it", () => {
  const cells = createThrottleCells();
  const throttle = createThrottle({
    resource: "rate_buckets",
    clock: createTestClock(),
    cells,
    strangersPerSecond: 1,
    seed: 1,
  });
  for (let call = 0; call < 10; call++) {
    const refused = waitMs(() => throttle.check(APP, "set", 5)) > 0;
    if (!refused) throttle.charge(APP, "set", 5);
  }
  expect(throttleCells(cells).arrivals[CELLS_PER_APP]).toBe(10);
});

test("buckets, apps and strangers do not touch each other", () => {
  const { throttle } = start();
  for (const number of [1, 2, 3, 4000, 65_535]) {
    for (const bucket of BUCKETS) {
      const worth = bucket === "token" ? 6 : 2;
      expect(passing(10, () => throttle.charge(throttledApp(number), bucket, 2))).toBe(worth);
    }
  }
  for (const address of ["10.0.0.1", "10.0.0.2", "2001:db8:0:1"]) {
    expect(passing(20, () => throttle.chargeStranger(address))).toBe(10);
  }
});

test("a rate of 0 is none, and a rate that is changed holds at once", () => {
  const { throttle } = start(0);
  expect(passing(10_000, () => throttle.charge(APP, "set", 0))).toBe(10_000);
  expect(passing(10_000, () => throttle.chargeStranger("10.0.0.1"))).toBe(10_000);
  expect(passing(100, () => throttle.charge(APP, "set", 10))).toBe(10);
  expect(passing(100, () => throttle.charge(APP, "set", 0))).toBe(100);
});

test("four threads that charge one bucket at once get exactly one second's worth between them, each time", async () => {
  const cells = createThrottleCells();
  const threads = 4;
  await using stack = new AsyncDisposableStack();
  const workers = Array.from({ length: threads }, () => {
    const worker = new Worker(new URL("./throttle-worker.ts", import.meta.url).href);
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
    expect(results.reduce((sum, { strangersPassed }) => sum + strangersPassed, 0)).toBe(1000);
    // Of app 1, "set", the refused ones included.
    expect(throttleCells(cells).arrivals[CELLS_PER_APP]).toBe(second * threads * burst.calls);
  }
}, 20_000);

function answerOf(worker: Worker, burst: Burst): Promise<{ passed: number; strangersPassed: number }> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => reject(new Error(event.message));
    worker.postMessage(burst);
  });
}
