import { expect, test } from "bun:test";
import { sharedClock, systemClock } from "../../src/system/clock.ts";
import { tellClock } from "../harness/thread-clock.ts";

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

test("monotonic time is the same in every thread, whatever the wall clock says when it starts", async () => {
  // In a process that has just begun, a clock that counts from the start of its thread would pass, too.
  while (process.hrtime.bigint() < 4n * THREADS_APART_MAX_NS);
  const worker = new Worker(new URL("./clock-thread.ts", import.meta.url));
  tellClock(worker);
  const theirs = await new Promise<bigint>((resolve) => {
    worker.addEventListener("message", ({ data }) => typeof data === "bigint" && resolve(data));
  });
  const ours = systemClock.monotonicNs();
  worker.terminate();
  expect(ours >= theirs ? ours - theirs : theirs - ours).toBeLessThan(THREADS_APART_MAX_NS);
});

test("of answers that come late, the quickest counts", async () => {
  const delaysMs = [30, 2, 30];
  let asked = 0;
  const clock = await sharedClock(async () => {
    const delayMs = delaysMs[asked % delaysMs.length] ?? 0;
    asked += 1;
    const ns = systemClock.monotonicNs();
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    return ns;
  });
  expect(asked).toBeGreaterThan(1);
  const apart = systemClock.monotonicNs() - clock.monotonicNs();
  expect(Math.abs(Number(apart) / 1e6)).toBeLessThan(10);
});
