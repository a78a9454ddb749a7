import { readFileSync, readlinkSync } from "node:fs";

/** Identifies a process of any system, so that no later process has the same id. Unknown fields are "" or 0. */
export interface ProcessId {
  readonly boot: string;
  readonly pid: number;
  readonly pidNamespace: string;
  readonly started: number;
}

/** The index of this field in /proc/PID/stat after the name in parentheses, which may contain anything. */
const START_TIME_AFTER_NAME = 19;

export function ownProcessId(): ProcessId {
  const { pid } = process;
  return { boot: readBoot(), pid, pidNamespace: readNamespace(), started: startTime(pid) ?? 0 };
}

/** Undefined: unknown from here. */
export function isRunning(other: ProcessId, own: ProcessId): boolean | undefined {
  if (own.boot === "" || own.boot !== other.boot) return undefined;
  if (own.pidNamespace === "" || own.pidNamespace !== other.pidNamespace) return undefined;
  return startTime(other.pid) === other.started;
}

function readBoot(): string {
  return orElse("", () => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim());
}

function readNamespace(): string {
  return orElse("", () => readlinkSync("/proc/self/ns/pid"));
}

function startTime(pid: number): number | undefined {
  return orElse(undefined, () => {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[START_TIME_AFTER_NAME]);
  });
}

function orElse<T>(otherwise: T, read: () => T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}
