import { expect, test } from "bun:test";
import { watchLevel } from "../../../src/core/admission/watched-level.ts";
import { createTestTimers } from "../../harness/test-timers.ts";

function watched(max = 100) {
  const timers = createTestTimers();
  const seen: string[] = [];
  const state = { level: 0, looks: 0 };
  const watch = watchLevel({
    resource: "connections",
    max,
    level: () => {
      state.looks += 1;
      return state.level;
    },
    risesPerMs: 1,
    timers,
    onNear: (level) => seen.push(`near ${level}`),
    onFull: () => seen.push("full"),
    onRoom: () => seen.push("room"),
  });
  const reach = async (level: number): Promise<void> => {
    state.level = level;
    await timers.advance(1000);
  };
  return { watch, timers, seen, state, reach };
}

test("a level near its limit is reported once, until it was well below", async () => {
  const { seen, reach, watch } = watched();
  await reach(89);
  expect([watch.isNear, ...seen]).toEqual([false]);
  for (const level of [90, 85, 95, 80, 90]) await reach(level);
  expect(seen).toEqual(["near 90"]);
  expect(watch.isNear).toBe(true);
  await reach(74);
  await reach(91);
  expect(seen).toEqual(["near 90", "near 91"]);
});

test("at its limit it is full until there is room again, and each change is reported once", async () => {
  const { seen, reach } = watched();
  for (const level of [100, 130, 100, 99, 99, 100]) await reach(level);
  expect(seen).toEqual(["near 100", "full", "room", "full"]);
});

test("it is checked before it could have filled up, and seldom while it is far below", async () => {
  const { state, timers, seen } = watched(10_000);
  await timers.advance(10_000);
  expect(state.looks).toBeLessThan(12);
  state.level = 9900;
  await timers.advance(1000);
  state.level = 10_000;
  await timers.advance(100);
  expect(seen).toEqual(["near 9900", "full"]);
});

test("nothing is checked any more after it is disposed of", async () => {
  const { state, timers, watch } = watched();
  await timers.advance(100);
  watch[Symbol.dispose]();
  const { looks } = state;
  await timers.advance(10_000);
  expect(state.looks).toBe(looks);
});
