import { readdirSync, readFileSync, writeFileSync } from "node:fs";

/** Linux's figures for a server: all of its processes and their descendants, threads included. */

/** Linux counts processor time for programs in hundredths of a second on every machine. */
const TICKS_PER_SECOND = 100;

/** The processes and all their descendants. One that ends meanwhile is left out. */
export function processTree(roots: readonly number[]): number[] {
  const children = roots.flatMap((pid) =>
    threads(pid).flatMap((thread) => numbers(readProc(`${pid}/task/${thread}/children`))),
  );
  return children.length === 0 ? [...roots] : [...roots, ...processTree(children)];
}

/** User and system time so far, in seconds, of the tree and of its reaped children. */
export function cpuSeconds(roots: readonly number[]): number {
  let ticks = 0;
  for (const pid of processTree(roots)) {
    // The second field is the program's name in parentheses and may hold anything, spaces too.
    const stat = readProc(`${pid}/stat`);
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    for (const field of fields.slice(11, 15)) ticks += Number(field);
  }
  return ticks / TICKS_PER_SECOND;
}

/** The bytes that the tree has read from disks so far, not from the page cache. */
export function diskReadBytes(roots: readonly number[]): number {
  const read = (pid: number): number => Number(/^read_bytes: (\d+)$/m.exec(readProc(`${pid}/io`))?.[1] ?? 0);
  return processTree(roots).reduce((sum, pid) => sum + read(pid), 0);
}

export function residentBytes(roots: readonly number[]): number {
  return sumOf(roots, "VmRSS");
}

/** The peak resident memory since `resetPeak`; shared pages count in each process. */
export function peakBytes(roots: readonly number[]): number {
  return sumOf(roots, "VmHWM");
}

export function resetPeak(roots: readonly number[]): void {
  for (const pid of processTree(roots)) writeFileSync(`/proc/${pid}/clear_refs`, "5");
}

function sumOf(roots: readonly number[], field: "VmRSS" | "VmHWM"): number {
  const line = new RegExp(`^${field}:\\s+(\\d+) kB$`, "m");
  return processTree(roots).reduce(
    (sum, pid) => sum + 1024 * Number(line.exec(readProc(`${pid}/status`))?.[1] ?? 0),
    0,
  );
}

function threads(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

function readProc(path: string): string {
  try {
    return readFileSync(`/proc/${path}`, "utf8");
  } catch {
    return "";
  }
}

function numbers(text: string): number[] {
  return text.split(" ").filter(Boolean).map(Number);
}
