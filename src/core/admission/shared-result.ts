import type { Timers } from "../ports.ts";
import type { Resource } from "./resources.ts";

/**
 * Work that many ask for and that needs doing once: one call at a time, begun at most once in `everyMs`, its result
 * shared by all who ask meanwhile.
 */
export interface SharedResult<T> {
  /** The result of the latest call, which may be up to `everyMs` old. Rejects as that call did. */
  latest(): Promise<T>;
  /** The result of a call that begins after this one; waits for up to `everyMs` until one may. */
  fresh(): Promise<T>;
}

export function createSharedResult<T>(
  { everyMs, timers }: { readonly resource: Resource; readonly everyMs: number; readonly timers: Timers },
  call: () => Promise<T>,
): SharedResult<T> {
  let begunAtMs = Number.NEGATIVE_INFINITY;
  let current: Promise<T> | undefined;
  let isRunning = false;
  /** The call that is due when it may begin, for all who came after the current one had begun. */
  let next: Promise<T> | undefined;

  function begin(): Promise<T> {
    begunAtMs = timers.nowMs();
    isRunning = true;
    const begun = call().finally(() => {
      isRunning = false;
    });
    // Those who share it tell what became of it.
    begun.catch(() => {});
    current = begun;
    return begun;
  }

  /** Only where one may not begin at once: `next` is set before it is over. */
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
