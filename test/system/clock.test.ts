import { expect, test } from "bun:test";
import { systemClock } from "../../src/system/clock.ts";

/** Bun's own `hrtime` differs between threads by the age of the process. */
const THREADS_APART_MAX_NS = 50_000_000n;

test("now is in whole milliseconds, and monotonic time never runs backwards", () => {
  expect(Number.isInteger(systemClock.now())).toBe(true);
  let before = systemClock.monotonicNs();
  for (let time = 0; time < 1000; time++) {
    const after = systemClock.monotonicNs();
    expect(after >= before).toBe(true);
    before = after;
  }
});

test("monotonic time is the same in every thread", async () => {
  // In a process that has just begun, a clock that counts from the start of its thread would pass, too.
  while (process.hrtime.bigint() < 4n * THREADS_APART_MAX_NS);
  const worker = new Worker(new URL("./clock-thread.ts", import.meta.url));
  const theirs = await new Promise<bigint>((resolve) => {
    worker.onmessage = ({ data }) => resolve(data);
  });
  const ours = systemClock.monotonicNs();
  worker.terminate();
  expect(ours >= theirs ? ours - theirs : theirs - ours).toBeLessThan(THREADS_APART_MAX_NS);
});
