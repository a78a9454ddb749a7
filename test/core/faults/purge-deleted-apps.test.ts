import { expect, test } from "bun:test";
import { purgeDeletedApps } from "../../../src/core/faults/purge-deleted-apps.ts";
import { createTestTimers } from "../../harness/test-timers.ts";

const LOOK_MS = 10_000;

/** A store that needs `msPerUser` for each user it removes, and records the calls. */
function slowStore(left: number, msPerUser: number) {
  const timers = createTestTimers();
  const asked: { readonly countMax: number; readonly atMs: number; readonly tookMs: number }[] = [];
  const store = {
    left,
    isDown: false,
    async purge(countMax: number): Promise<number> {
      const count = Math.min(countMax, store.left);
      const tookMs = count * msPerUser;
      asked.push({ countMax, atMs: timers.nowMs(), tookMs });
      if (store.isDown) throw new Error("the store is away");
      const { promise, resolve } = Promise.withResolvers<void>();
      timers.after(tookMs, resolve);
      await promise;
      store.left -= count;
      return count;
    },
  };
  return { timers, store, asked };
}

test("portions shrink when they take long, and the pauses between them are four times as long", async () => {
  const { timers, store, asked } = slowStore(1000, 3);
  using _removing = purgeDeletedApps({ store, timers });
  await timers.advance(30_000);
  expect(store.left).toBe(0);
  for (const { tookMs } of asked.slice(3)) expect(tookMs).toBeLessThanOrEqual(20);
  for (const [index, { atMs, tookMs }] of asked.slice(0, -1).entries()) {
    const pauseMs = (asked[index + 1]?.atMs ?? 0) - atMs - tookMs;
    expect(pauseMs).toBeGreaterThanOrEqual(Math.max(20, 4 * tookMs));
  }
});

test("portions never become large, however fast they are", async () => {
  const { timers, store, asked } = slowStore(100_000, 0.001);
  using _removing = purgeDeletedApps({ store, timers });
  await timers.advance(60_000);
  expect(store.left).toBe(0);
  expect(Math.max(...asked.map(({ countMax }) => countMax))).toBe(200);
});

test("data that another process leaves later is found, even after an outage of the store", async () => {
  const { timers, store, asked } = slowStore(0, 0.01);
  {
    using _removing = purgeDeletedApps({ store, timers });
    await timers.advance(2 * LOOK_MS);
    expect(asked.length).toBeLessThanOrEqual(3);
    store.isDown = true;
    store.left = 100;
    await timers.advance(LOOK_MS);
    expect(store.left).toBe(100);
    store.isDown = false;
    await timers.advance(2 * LOOK_MS);
    expect(store.left).toBe(0);
  }
  const before = asked.length;
  await timers.advance(5 * LOOK_MS);
  expect(asked.length).toBe(before);
});
