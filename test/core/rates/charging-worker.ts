import { createRateLimiter } from "../../../src/core/rates/rate-limiter.ts";
import { Refusal } from "../../../src/core/refusals.ts";
import { hearClock } from "../../harness/thread-clock.ts";
import { rateLimitedApp } from "./rate-limited-app.ts";

/** One thread's part: it charges as fast as it can until it is told to stop. */
export interface Charging {
  readonly cells: SharedArrayBuffer;
  /** At 0, raised by each thread that has begun; at 1, raised for all to stop; at 2, the calls that have passed. */
  readonly state: SharedArrayBuffer;
  readonly ratePerSecond: number;
}

declare const self: Worker;

self.addEventListener("message", async ({ data }: MessageEvent<Charging | object>) => {
  if (!("cells" in data)) return;
  const { cells, state, ratePerSecond } = data;
  const rateLimiter = createRateLimiter({
    resource: "rate_buckets",
    clock: await hearClock(self),
    cells,
    addressRatePerSecond: 0,
    seed: 1,
  });
  const app = rateLimitedApp(1);
  const shared = new Int32Array(state);
  Atomics.add(shared, 0, 1);
  while (Atomics.load(shared, 1) === 0) {
    try {
      rateLimiter.charge(app, "set", ratePerSecond);
      Atomics.add(shared, 2, 1);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    }
  }
  self.postMessage("stopped");
});
