import { expect, test } from "bun:test";
import { StoreFailure } from "../../src/core/faults/store-failure.ts";
import { FailureSums } from "../../src/ops/failure-sums.ts";
import { createTestTimers } from "../harness/test-timers.ts";

const ERROR = new StoreFailure("away", true, undefined, "unreachable");

test("a worker sends the first failure immediately, and the others once a second as one with their count", async () => {
  const timers = createTestTimers();
  const sent: { readonly event: string; readonly count: number }[] = [];
  const sums = new FailureSums(timers, ({ event }, count) => void sent.push({ event, count }));
  const request = { event: "requestFailed", requestId: "r", method: "GET", route: "/" } as const;
  for (let second = 0; second < 3; second++) {
    for (let time = 0; time < 10_000; time++) sums.tell({ ...request, error: ERROR });
    sums.tell({ event: "refreshFailed", error: ERROR });
    if (second === 0) expect(sent.splice(0)).toEqual([one("requestFailed", 1), one("refreshFailed", 1)]);
    await timers.advance(1000);
  }
  // A failure after a second without one is sent immediately again.
  expect(sent.splice(0)).toEqual([
    one("requestFailed", 9999),
    one("refreshFailed", 1),
    one("requestFailed", 10_000),
    one("refreshFailed", 1),
    one("requestFailed", 10_000),
  ]);
  sums.tell({ ...request, error: ERROR });
  sums.flush();
  expect(sent.splice(0)).toEqual([one("requestFailed", 1)]);
  // After a quiet period the next failure counts as a first one again.
  await timers.advance(5000);
  sums.tell({ ...request, error: ERROR });
  expect(sent).toEqual([one("requestFailed", 1)]);
});

function one(event: string, count: number): { readonly event: string; readonly count: number } {
  return { event, count };
}
