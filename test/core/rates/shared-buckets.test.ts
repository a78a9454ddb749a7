import { expect, test } from "bun:test";
import { createRateLimiter } from "../../../src/core/rates/rate-limiter.ts";
import {
  CELLS_PER_APP,
  createRateLimiterCells,
  rateLimiterCells,
} from "../../../src/core/rates/rate-limiter-memory.ts";
import { createSharedBuckets } from "../../../src/core/rates/shared-buckets.ts";
import { Refusal } from "../../../src/core/refusals.ts";
import { systemClock } from "../../../src/system/clock.ts";
import { tellClock } from "../../harness/thread-clock.ts";
import type { Charging } from "./charging-worker.ts";
import { rateLimitedApp } from "./rate-limited-app.ts";

const RATE = 5000;
const DEALING_MS = 1500;
/** Changes without a pause; then other threads get the core. */
const DEALS_AT_ONCE = 31;
/** Of the app that the workers charge, "set". */
const CELL = CELLS_PER_APP;
/** The possible debt of a bucket, see src/core/rates/shared-buckets.ts says. */
const AHEAD_MAX_NS = 1_000_000;
/** The values between which a share alternates, with other servers and without. */
const SHARES = [0.001, 1, 0.5, 0.02, 1 / 3];

test("threads that charge while shares change are served exactly the shares, and nothing stays behind", async () => {
  await using stack = new AsyncDisposableStack();
  const cells = createRateLimiterCells();
  const state = new SharedArrayBuffer(3 * Int32Array.BYTES_PER_ELEMENT);
  const shared = new Int32Array(state);
  const stopped = Array.from({ length: 2 }, () => {
    const worker = new Worker(new URL("./charging-worker.ts", import.meta.url).href);
    stack.defer(() => worker.terminate());
    tellClock(worker);
    worker.postMessage({ cells, state, ratePerSecond: RATE } satisfies Charging);
    return new Promise((resolve, reject) => {
      worker.addEventListener("message", ({ data }) => data === "stopped" && resolve(data));
      worker.onerror = (event) => reject(new Error(event.message));
    });
  });
  // The initial contents of the bucket are used up.
  while (Atomics.load(shared, 2) < RATE) await new Promise((resolve) => setTimeout(resolve, 1));

  const buckets = createSharedBuckets(rateLimiterCells(cells));
  let brought = 0;
  let share = 1;
  let lastNs = systemClock.monotonicNs();
  const passedBefore = Atomics.load(shared, 2);
  const dealsUntil = performance.now() + DEALING_MS;
  let deal = 0;
  for (; performance.now() < dealsUntil; deal++) {
    const nowNs = systemClock.monotonicNs();
    brought += (Number(nowNs - lastNs) / 1e9) * RATE * share;
    lastNs = nowNs;
    share = SHARES[deal % SHARES.length] ?? 1;
    buckets.setShares(3, new Map([[CELL, share]]), nowNs);
    if (deal % DEALS_AT_ONCE === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const passed = Atomics.load(shared, 2) - passedBefore;
  Atomics.store(shared, 1, 1);
  await Promise.all(stopped);
  expect(passed).toBeWithin(brought * 0.9, brought * 1.1);

  buckets.setShares(1, new Map(), systemClock.monotonicNs());
  buckets.setShares(1, new Map(), systemClock.monotonicNs());
  const missingNs = Number((rateLimiterCells(cells).fullAt[CELL] ?? 0n) - systemClock.monotonicNs());
  // A thread whose clock was ahead of this one's may have taken calls in advance.
  expect(missingNs).toBeLessThanOrEqual(1e9 + AHEAD_MAX_NS);
  const rateLimiter = createRateLimiter({
    resource: "rate_buckets",
    clock: systemClock,
    cells,
    addressRatePerSecond: 0,
    seed: 1,
  });
  const refused = (): boolean => {
    try {
      rateLimiter.charge(rateLimitedApp(1), "set", RATE);
      return false;
    } catch (error) {
      if (error instanceof Refusal) return true;
      throw error;
    }
  };
  const from = performance.now();
  let served = 0;
  let askedAt = from;
  // Until the last call: from then on the machine may be busy with something else.
  for (let now = from; now - from < 200; now = performance.now()) {
    askedAt = now;
    served += refused() ? 0 : 1;
  }
  expect(served).toBeGreaterThanOrEqual(Math.floor((RATE * (askedAt - from)) / 1000) - 1);
  console.log(`${passed} passed where ${brought.toFixed(0)} were brought, in ${deal} deals`);
}, 30_000);
