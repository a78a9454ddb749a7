import { expect, test } from "bun:test";
import { RecentCount } from "../../../src/core/admission/recent-count.ts";

test("counts what happened within the window, and forgets it bit by bit", () => {
  const recent = new RecentCount(1000);
  for (let at = 0; at < 10; at++) recent.add(at);
  expect(recent.value(999)).toBe(10);
  expect(recent.value(1000)).toBe(10);
  expect(recent.value(1500)).toBe(5);
  expect(recent.value(2000)).toBe(0);
});

test("what is taken back does not count, also when it was counted in the last window", () => {
  const recent = new RecentCount(1000);
  recent.add(0);
  recent.add(0);
  recent.remove(500);
  expect(recent.value(500)).toBe(1);
  recent.remove(1000);
  expect(recent.value(1000)).toBe(0);
});
