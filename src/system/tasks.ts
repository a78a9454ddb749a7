import { readFileSync, readlinkSync } from "node:fs";
import type { TaskState } from "../core/faults/pulse.ts";

/** The number under which the system knows the calling thread; 0 where it does not tell. */
export function ownTask(): number {
  try {
    return Number(/\/task\/(\d+)$/.exec(readlinkSync("/proc/thread-self"))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/** In the disk's hands, stopped, or stopped by a debugger (proc_pid_stat(5)). */
const HELD = ["D", "T", "t"];

/** Of a thread of this process; undefined where the system does not tell. */
export function taskState(task: number): TaskState | undefined {
  try {
    const folder = `/proc/self/task/${task}`;
    const stat = readFileSync(`${folder}/stat`, "utf8");
    // The name before it may hold anything.
    const state = stat.slice(stat.lastIndexOf(")") + 2, stat.lastIndexOf(")") + 3);
    const [, waitedNs] = readFileSync(`${folder}/schedstat`, "utf8").split(" ");
    return { waitedMs: Number(waitedNs) / 1e6, isHeld: HELD.includes(state) };
  } catch {
    return undefined;
  }
}
