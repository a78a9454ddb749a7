import { readFileSync, readlinkSync } from "node:fs";
import type { TaskState } from "../core/faults/heartbeat.ts";

/** The calling thread's id at the operating system; 0 if the system does not provide it. */
export function ownTask(): number {
  try {
    return Number(/\/task\/(\d+)$/.exec(readlinkSync("/proc/thread-self"))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/** Waiting for a disk, stopped, or stopped by a debugger (proc_pid_stat(5)). */
const BLOCKED = ["D", "T", "t"];

/** The state of a thread of this process; undefined if the system does not provide it. */
export function taskState(task: number): TaskState | undefined {
  try {
    const folder = `/proc/self/task/${task}`;
    const stat = readFileSync(`${folder}/stat`, "utf8");
    // After the last parenthesis, because the thread's name before it may contain any character.
    const state = stat.slice(stat.lastIndexOf(")") + 2, stat.lastIndexOf(")") + 3);
    const [, waitedNs] = readFileSync(`${folder}/schedstat`, "utf8").split(" ");
    return { waitedMs: Number(waitedNs) / 1e6, isBlocked: BLOCKED.includes(state) };
  } catch {
    return undefined;
  }
}
