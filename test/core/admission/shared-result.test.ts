import { expect, test } from "bun:test";
import { createSharedResult } from "../../../src/core/admission/shared-result.ts";
import { createTestTimers } from "../../harness/test-timers.ts";

function counted() {
  const timers = createTestTimers();
  let calls = 0;
  const holding = Promise.withResolvers<void>();
  const shared = createSharedResult({ resource: "probe", everyMs: 1000, timers }, async () => {
    calls += 1;
    const call = calls;
    await holding.promise;
    return call;
  });
  return { timers, shared, holding, calls: () => calls };
}

test("callers during a call share it, and its result for a while", async () => {
  const { shared, holding, calls, timers } = counted();
  const asked = Array.from({ length: 100 }, () => shared.latest());
  holding.resolve();
  expect(new Set(await Promise.all(asked))).toEqual(new Set([1]));
  await timers.advance(999);
  expect(await shared.latest()).toBe(1);
  await timers.advance(1);
  expect(await shared.latest()).toBe(2);
  expect(calls()).toBe(2);
});

test("a fresh result is from a later call, and calls never overlap", async () => {
  const { shared, holding, calls, timers } = counted();
  const early = shared.latest();
  const fresh = [shared.fresh(), shared.fresh()];
  await timers.advance(2000);
  expect(calls()).toBe(1);
  holding.resolve();
  expect(await early).toBe(1);
  await timers.advance(1000);
  expect(await Promise.all(fresh)).toEqual([2, 2]);
});

test("a call is fresh only to callers that came before it began", async () => {
  const { shared, holding, calls, timers } = counted();
  holding.resolve();
  expect(await shared.fresh()).toBe(1);
  const second = shared.fresh();
  await timers.advance(1000);
  expect(await second).toBe(2);
  await timers.advance(1000);
  expect(await shared.fresh()).toBe(3);
  await timers.advance(1000);
  expect(await shared.latest()).toBe(4);
  expect(calls()).toBe(4);
});
