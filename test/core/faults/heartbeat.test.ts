import { expect, test } from "bun:test";
import { newHeartbeat, startHeartbeat, type TaskState, watchHeartbeat } from "../../../src/core/faults/heartbeat.ts";
import { createTestTimers } from "../../harness/test-timers.ts";

const SILENT_MAX_MS = 5000;
const TASK = 7;

function watched(state: { waitedMs: number; isBlocked: boolean } = { waitedMs: 1000, isBlocked: false }) {
  const timers = createTestTimers();
  const memory = newHeartbeat();
  const silences: number[] = [];
  const watching = watchHeartbeat({
    memory,
    timers,
    stateOf: (task): TaskState | undefined => (task === TASK ? state : undefined),
    silentMaxMs: SILENT_MAX_MS,
    onSilent: (silentMs) => silences.push(silentMs),
  });
  return { timers, memory, silences, state, watching };
}

test("a thread with a heartbeat is not silent, nor is one that has not started", async () => {
  const { timers, memory, silences } = watched();
  await timers.advance(60_000);
  using _ = startHeartbeat(memory, timers, TASK);
  await timers.advance(600_000);
  expect(silences).toEqual([]);
});

test("a thread whose heartbeat stops is reported once, with the length of its silence", async () => {
  const { timers, memory, silences } = watched();
  startHeartbeat(memory, timers, TASK)[Symbol.dispose]();
  await timers.advance(SILENT_MAX_MS);
  expect(silences).toEqual([]);
  await timers.advance(60_000);
  expect(silences).toHaveLength(1);
  expect(silences[0]).toBeWithin(SILENT_MAX_MS, SILENT_MAX_MS + 1001);
});

test("where the system reports nothing, silence alone counts", async () => {
  const { timers, memory, silences } = watched();
  startHeartbeat(memory, timers, 0)[Symbol.dispose]();
  await timers.advance(60_000);
  expect(silences).toHaveLength(1);
});

test("time spent waiting for a processor does not count", async () => {
  const { timers, memory, silences, state } = watched();
  startHeartbeat(memory, timers, TASK)[Symbol.dispose]();
  for (let time = 0; time < 600; time++) {
    await timers.advance(100);
    state.waitedMs += 95;
  }
  expect(silences).toEqual([]);
  await timers.advance(60_000);
  expect(silences).toHaveLength(1);
});

test("time spent waiting for a disk does not count", async () => {
  const { timers, memory, silences, state } = watched();
  startHeartbeat(memory, timers, TASK)[Symbol.dispose]();
  state.isBlocked = true;
  await timers.advance(600_000);
  expect(silences).toEqual([]);
  state.isBlocked = false;
  await timers.advance(60_000);
  expect(silences).toHaveLength(1);
});

test("the time of a suspended machine is no thread's silence", () => {
  const memory = newHeartbeat();
  let now = 0;
  let look = (): void => {};
  const timers = {
    nowMs: () => now,
    every: (_: number, call: () => void) => {
      look = call;
      return { [Symbol.dispose]() {} };
    },
  };
  const silences: number[] = [];
  const onSilent = (silentMs: number): void => void silences.push(silentMs);
  watchHeartbeat({ memory, timers, stateOf: () => undefined, silentMaxMs: SILENT_MAX_MS, onSilent });
  const watcher = look;
  startHeartbeat(memory, timers, 0);
  watcher();
  now += 3_600_000;
  watcher();
  expect(silences).toEqual([]);
});
