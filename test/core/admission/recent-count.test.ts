import { expect, test } from "bun:test";
import { RecentCount } from "../../../src/core/admission/recent-count.ts";

test("counts events within the window, and drops them gradually", () => {
  const recent = new RecentCount(1000);
  for (let at = 0; at < 10; at++) recent.add(at);
  expect(recent.value(999)).toBe(10);
  expect(recent.value(1000)).toBe(10);
  expect(recent.value(1500)).toBe(5);
  expect(recent.value(2000)).toBe(0);
});

test("a withdrawn event does not count, even if it was counted in the last window", () => {
  const recent = new RecentCount(1000);
  recent.add(0);
  recent.add(0);
  recent.remove(500);
  expect(recent.value(500)).toBe(1);
  recent.remove(1000);
  expect(recent.value(1000)).toBe(0);
});
