import type { Simulated } from "./rate-simulation.ts";

export const WINDOW_MS = 10_000;
/** The time before, when servers have just started, is not checked. */
const SETTLED_MS = 2000;
const STEP_MS = 20;

/** The number of calls served in each window of ten seconds. */
export function servedInWindows({ served }: Simulated): readonly number[] {
  const before = [0];
  for (const count of served) before.push((before.at(-1) ?? 0) + count);
  const windows: number[] = [];
  for (let from = SETTLED_MS; from + WINDOW_MS < before.length; from += STEP_MS) {
    windows.push((before[from + WINDOW_MS] ?? 0) - (before[from] ?? 0));
  }
  return windows;
}

export function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
