import type { Timers } from "../ports/system/timers.ts";
import { busy, type Refusal } from "../refusals.ts";
import type { Asker } from "./asker.ts";
import { FairQueue } from "./fair-queue.ts";
import type { Resource } from "./resources.ts";

/** Mutual exclusion per key: tasks of the same key run one at a time; tasks of other keys are not delayed. */
export interface KeyedMutex {
  /**
   * Runs the task when the key's lock is free; waiting tasks get it in fair order. Refuses with `busy`, without running
   * the task, if too many tasks wait or the lock is not free within `waitMaxMs`.
   */
  runExclusive<T>(key: string, asker: Asker, task: () => Promise<T>): Promise<T>;
  readonly waiting: number;
}

export interface KeyedMutexOptions {
  readonly resource: Resource;
  /** Maximum number of tasks waiting for one key. Beyond it, the asker with the most loses its newest. */
  readonly waitingMax: number;
  /** Maximum wait for the lock, ms. */
  readonly waitMaxMs: number;
  /** Whether an error of a task would also fail the tasks waiting behind it: these are then refused immediately. */
  readonly isLasting: (error: unknown) => boolean;
  readonly timers: Timers;
}

interface Waiting {
  readonly endsAtMs: number;
  readonly begin: () => void;
  readonly refuse: (refusal: Refusal) => void;
}

const SWEEP_MS = 50;

export function createKeyedMutex(options: KeyedMutexOptions): KeyedMutex {
  const { waitingMax, waitMaxMs, isLasting, timers } = options;
  /** The locked keys, each with the queue of waiting tasks, if there was any. */
  const keys = new Map<string, FairQueue<Waiting> | undefined>();
  const contended = new Set<FairQueue<Waiting>>();
  let sweeping: Disposable | undefined;

  function waitForLock(key: string, asker: Asker): Promise<void> {
    const queue = keys.get(key) ?? new FairQueue<Waiting>();
    if (queue.size >= waitingMax) {
      const displaced = queue.displace(asker);
      if (displaced === undefined) throw busy();
      displaced.refuse(busy());
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    queue.push(asker, { endsAtMs: timers.nowMs() + waitMaxMs, begin: resolve, refuse: reject });
    keys.set(key, queue);
    contended.add(queue);
    sweeping ??= timers.every(SWEEP_MS, sweep);
    return promise;
  }

  function sweep(): void {
    const now = timers.nowMs();
    for (const queue of contended) {
      for (const { refuse } of queue.expire(({ endsAtMs }) => endsAtMs <= now)) refuse(busy());
      if (queue.size === 0) contended.delete(queue);
    }
    if (contended.size > 0) return;
    sweeping?.[Symbol.dispose]();
    sweeping = undefined;
  }

  /** Hands the lock to the next waiting task, or frees it. */
  function release(key: string): void {
    const next = keys.get(key)?.shift();
    if (next === undefined) keys.delete(key);
    else next.begin();
  }

  return {
    async runExclusive(key, asker, task) {
      if (keys.has(key)) await waitForLock(key, asker);
      else keys.set(key, undefined);
      try {
        return await task();
      } catch (error) {
        if (isLasting(error)) for (const { refuse } of keys.get(key)?.expire(() => true) ?? []) refuse(busy());
        throw error;
      } finally {
        release(key);
      }
    },
    get waiting() {
      let sum = 0;
      for (const { size } of contended) sum += size;
      return sum;
    },
  };
}
