import type { Timers } from "../../src/core/ports/system/timers.ts";

/** Timers that tests move: due callbacks run immediately, in order. */
export interface TestTimers extends Timers {
  /** Settles pending promises before and after each due callback. */
  advance(ms: number): Promise<void>;
}

interface Due {
  atMs: number;
  readonly everyMs: number | undefined;
  readonly call: () => void;
}

export function createTestTimers(): TestTimers {
  let now = 0;
  const due = new Set<Due>();
  const add = (entry: Due): Disposable => {
    due.add(entry);
    return { [Symbol.dispose]: () => void due.delete(entry) };
  };
  return {
    nowMs: () => now,
    every: (ms, call) => add({ atMs: now + ms, everyMs: ms, call }),
    after: (ms, call) => add({ atMs: now + ms, everyMs: undefined, call }),
    async advance(ms) {
      const end = now + ms;
      for (;;) {
        await settled();
        const [next] = [...due].filter(({ atMs }) => atMs <= end).sort((a, b) => a.atMs - b.atMs);
        if (next === undefined) break;
        now = Math.max(now, next.atMs);
        if (next.everyMs === undefined) due.delete(next);
        else next.atMs += next.everyMs;
        next.call();
      }
      now = end;
      await settled();
    },
  };
}

/** Lets callbacks of settled promises run. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}
