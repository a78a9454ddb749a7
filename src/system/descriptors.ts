import { readdirSync, readFileSync, statSync } from "node:fs";

/** What the system says of this process's file descriptors. */
export interface Descriptors {
  /** How many there may be. */
  readonly max: number;
  /** How many are open, sockets and files; takes microseconds. */
  open(): number;
}

/** Undefined where the system does not tell: it has no /proc. */
export function readDescriptors(): Descriptors | undefined {
  try {
    const hard = /^Max open files\s+\S+\s+(\S+)/m.exec(readFileSync("/proc/self/limits", "utf8"))?.[1];
    const max = hard === "unlimited" ? Number.POSITIVE_INFINITY : Number(hard);
    if (!(max > 0 && countOpen() > 0)) return undefined;
    let last = 0;
    return {
      max,
      open() {
        try {
          last = countOpen();
        } catch (error) {
          // Reading the names takes a descriptor itself: where there is none, all are open.
          if (isUsedUp(error)) return max;
        }
        return last;
      },
    };
  } catch {
    return undefined;
  }
}

function isUsedUp(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "EMFILE" || error.code === "ENFILE");
}

/** Linux 6.2 and newer say it as the folder's size; an older one has the names read. */
function countOpen(): number {
  return statSync("/proc/self/fd").size || readdirSync("/proc/self/fd").length;
}
