import { createRateLimiter } from "../../../src/core/rates/rate-limiter.ts";
import { Refusal } from "../../../src/core/refusals.ts";
import { rateLimitedApp } from "./rate-limited-app.ts";

/** One thread's part: it charges as fast as it can, at one moment of a clock that stands still. */
export interface Burst {
  readonly cells: SharedArrayBuffer;
  /** Raised by each thread when it is ready; all begin when the last one is. */
  readonly ready: SharedArrayBuffer;
  readonly threads: number;
  readonly calls: number;
  readonly ratePerSecond: number;
  readonly monotonicNs: bigint;
}

declare const self: Worker;

self.onmessage = ({ data }: MessageEvent<Burst>) => {
  const { cells, ready, threads, calls, ratePerSecond, monotonicNs } = data;
  const clock = { now: () => 0, monotonicNs: () => monotonicNs };
  const rateLimiter = createRateLimiter({
    resource: "rate_buckets",
    clock,
    cells,
    addressRatePerSecond: ratePerSecond,
    seed: 1,
  });
  const app = rateLimitedApp(1);
  let passed = 0;
  let unauthenticatedPassed = 0;
  const arrived = new Int32Array(ready);
  Atomics.add(arrived, 0, 1);
  while (Atomics.load(arrived, 0) < threads);
  for (let call = 0; call < calls; call++) {
    passed += passes(() => rateLimiter.charge(app, "set", ratePerSecond));
    unauthenticatedPassed += passes(() => rateLimiter.chargeAddress("10.0.0.1"));
  }
  self.postMessage({ passed, unauthenticatedPassed });
};

function passes(charge: () => void): number {
  try {
    charge();
    return 1;
  } catch (error) {
    if (error instanceof Refusal) return 0;
    throw error;
  }
}
