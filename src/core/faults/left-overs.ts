import type { Store, Timers } from "../ports.ts";

/** A command that deletes an app may be killed at any time: what it leaves is found within so long. */
const LOOK_EVERY_MS = 10_000;
const FIRST_LOOK_MS = 500;
/** What one transaction of it should take: others wait for it. */
const SLICE_MS = 10;
const USERS_FIRST = 16;
const USERS_MAX = 200;
/** So that the store has most of its time for others, however long a slice takes. */
const PAUSE_PER_SLICE = 4;
const PAUSE_MIN_MS = 20;

interface LeftOversNeeds {
  readonly store: Pick<Store, "purge">;
  readonly timers: Timers;
}

/**
 * Removes what deleted apps have left, in small portions with pauses, now and whenever there is something, until it is
 * disposed of. Servers that do so at once on the same store do not disturb each other.
 */
export function removeLeftOvers({ store, timers }: LeftOversNeeds): Disposable {
  let users = USERS_FIRST;
  let isOver = false;
  let due = timers.after(FIRST_LOOK_MS, () => void go());

  /** How long to wait until the next. */
  async function slice(): Promise<number> {
    const from = timers.nowMs();
    const removed = await store.purge(users);
    const tookMs = timers.nowMs() - from;
    // The wait for others counts too: where they are many, less is done at a time.
    if (tookMs > 2 * SLICE_MS) users = Math.max(1, Math.floor(users / 2));
    else if (tookMs < SLICE_MS) users = Math.min(USERS_MAX, users * 2);
    return removed === 0 ? LOOK_EVERY_MS : Math.max(PAUSE_MIN_MS, PAUSE_PER_SLICE * tookMs);
  }

  async function go(): Promise<void> {
    let pauseMs = LOOK_EVERY_MS;
    try {
      pauseMs = await slice();
    } catch {
      // What keeps it from being removed keeps others from writing too, and they tell. It is tried again.
    }
    if (!isOver) due = timers.after(pauseMs, () => void go());
  }

  return {
    [Symbol.dispose]() {
      isOver = true;
      due[Symbol.dispose]();
    },
  };
}
