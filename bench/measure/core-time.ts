import { readFileSync } from "node:fs";
import { SERVER_CORE } from "./cores.ts";
import { cpuSeconds } from "./process-tree.ts";

/** As process-tree.ts counts. */
const TICKS_PER_SECOND = 100;

/** If other programs use more of it, a figure depends on them. */
export const OTHERS_SHARE_MAX = 0.1;

/** Starts to watch the servers' core; the result returns, 0 to 1, how much of it others than `pids` have used since. */
export function watchCore(pids: readonly number[]): () => number {
  const others = (): number => coreSeconds(SERVER_CORE) - cpuSeconds(pids);
  const [before, began] = [others(), performance.now()];
  return () => Math.max(0, (others() - before) / ((performance.now() - began) / 1000));
}

/**
 * Seconds that programs have had of a core so far, or that the machine below a virtual one has taken from it. What
 * interrupts take is left out: the servers' own networking is among it.
 */
function coreSeconds(core: number): number {
  const line = new RegExp(`^cpu${core} (.*)$`, "m").exec(readFileSync("/proc/stat", "utf8"))?.[1] ?? "";
  const [user = 0, nice = 0, system = 0, , , , , stolen = 0] = line.split(" ").map(Number);
  return (user + nice + system + stolen) / TICKS_PER_SECOND;
}
