import type { AppStore } from "../ports/app-store.ts";
import type { Timers } from "../ports/system/timers.ts";

/** How often to look for users of deleted apps. A command that deletes an app may be killed before it has removed them. */
const LOOK_EVERY_MS = 10_000;
const FIRST_LOOK_MS = 500;
/** Target duration of one transaction: other writes wait for it. */
const SLICE_MS = 10;
const USERS_FIRST = 16;
const USERS_MAX = 200;
/** The pause after a slice, as a multiple of its duration: it leaves most of the store's time to others. */
const PAUSE_PER_SLICE = 4;
const PAUSE_MIN_MS = 20;

interface PurgeNeeds {
  readonly store: Pick<AppStore, "purge">;
  readonly timers: Timers;
}

/**
 * Removes the users of deleted apps in the background, in small portions with pauses, until disposed. Several servers may
 * do this on the same store at the same time.
 */
export function purgeDeletedApps({ store, timers }: PurgeNeeds): Disposable {
  let users = USERS_FIRST;
  let isOver = false;
  let due = timers.after(FIRST_LOOK_MS, () => void run());

  /** Returns the pause until the next slice, ms. */
  async function slice(): Promise<number> {
    const from = timers.nowMs();
    const removed = await store.purge(users);
    const tookMs = timers.nowMs() - from;
    // This includes waiting for other writes: the more there are, the smaller the slices.
    if (tookMs > 2 * SLICE_MS) users = Math.max(1, Math.floor(users / 2));
    else if (tookMs < SLICE_MS) users = Math.min(USERS_MAX, users * 2);
    return removed === 0 ? LOOK_EVERY_MS : Math.max(PAUSE_MIN_MS, PAUSE_PER_SLICE * tookMs);
  }

  async function run(): Promise<void> {
    let pauseMs = LOOK_EVERY_MS;
    try {
      pauseMs = await slice();
    } catch {
      // Retried. The same fault also fails other writes, and those are logged.
    }
    if (!isOver) due = timers.after(pauseMs, () => void run());
  }

  return {
    [Symbol.dispose]() {
      isOver = true;
      due[Symbol.dispose]();
    },
  };
}
