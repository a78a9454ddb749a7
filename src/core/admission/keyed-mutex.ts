import type { Timers } from "../ports.ts";
import { busy, type Refusal } from "../refusals.ts";
import type { Asker } from "./asker.ts";
import { FairQueue } from "./fair-queue.ts";
import type { Resource } from "./resources.ts";

/** Tasks of the same key, one at a time; those of other keys meanwhile. */
export interface KeyedMutex {
  /**
   * Runs the task at once where nobody else has the key's turn. Otherwise it waits for a fair turn, and is refused with
   * `busy`, before it has begun, when that does not come in time.
   */
  runExclusive<T>(key: string, asker: Asker, task: () => Promise<T>): Promise<T>;
  readonly waiting: number;
}

export interface KeyedMutexOptions {
  readonly resource: Resource;
  /** How many may wait for one key. When there are more, the asker with the most waiting loses its newest. */
  readonly waitingMax: number;
  /** After which one that waits is refused; ms. */
  readonly waitMaxMs: number;
  /** What a task rejects with that those behind it would meet too: they are refused at once. */
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
  /** A key whose turn somebody has; and who waits for it, if any ever did. */
  const keys = new Map<string, FairQueue<Waiting> | undefined>();
  const contended = new Set<FairQueue<Waiting>>();
  let sweeping: Disposable | undefined;

  function turnOf(key: string, asker: Asker): Promise<void> {
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

  /** The turn goes to the next, or to whoever comes. */
  function pass(key: string): void {
    const next = keys.get(key)?.shift();
    if (next === undefined) keys.delete(key);
    else next.begin();
  }

  return {
    async runExclusive(key, asker, task) {
      if (keys.has(key)) await turnOf(key, asker);
      else keys.set(key, undefined);
      try {
        return await task();
      } catch (error) {
        if (isLasting(error)) for (const { refuse } of keys.get(key)?.expire(() => true) ?? []) refuse(busy());
        throw error;
      } finally {
        pass(key);
      }
    },
    get waiting() {
      let sum = 0;
      for (const { size } of contended) sum += size;
      return sum;
    },
  };
}
