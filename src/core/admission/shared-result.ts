import type { Timers } from "../ports/system/timers.ts";
import type { Resource } from "./resources.ts";

/**
 * Singleflight with a minimum interval: `call` runs once at a time and starts at most once in `everyMs`; concurrent
 * callers share its result.
 */
export interface SharedResult<T> {
  /** The result of the latest run, which may be up to `everyMs` old. Rejects as that run did. */
  latest(): Promise<T>;
  /** The result of a run that starts after this call; waits up to `everyMs` until one may start. */
  fresh(): Promise<T>;
}

export function createSharedResult<T>(
  { everyMs, timers }: { readonly resource: Resource; readonly everyMs: number; readonly timers: Timers },
  call: () => Promise<T>,
): SharedResult<T> {
  let begunAtMs = Number.NEGATIVE_INFINITY;
  let current: Promise<T> | undefined;
  let isRunning = false;
  /** The next run, for callers of `fresh` since the current run started. */
  let next: Promise<T> | undefined;

  function begin(): Promise<T> {
    begunAtMs = timers.nowMs();
    isRunning = true;
    const begun = call().finally(() => {
      isRunning = false;
    });
    // The callers that share the run handle its error.
    begun.catch(() => {});
    current = begun;
    return begun;
  }

  /** Called only if no run may start now; so `next` is set before this function resets it. */
  async function begunLater(): Promise<T> {
    if (isRunning) await current?.catch(() => {});
    const waitMs = begunAtMs + everyMs - timers.nowMs();
    if (waitMs > 0) {
      const { promise, resolve } = Promise.withResolvers<void>();
      timers.after(waitMs, resolve);
      await promise;
    }
    next = undefined;
    return await begin();
  }

  return {
    latest() {
      const isFresh = isRunning || timers.nowMs() < begunAtMs + everyMs;
      if (current !== undefined && isFresh) return current;
      return next ?? begin();
    },
    fresh() {
      const mayBegin = !isRunning && timers.nowMs() >= begunAtMs + everyMs;
      if (next === undefined && mayBegin) return begin();
      next ??= begunLater();
      return next;
    },
  };
}
