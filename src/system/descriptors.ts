import { readdirSync, readFileSync, statSync } from "node:fs";

/** The file descriptors of this process, from the operating system. */
export interface Descriptors {
  /** Maximum number (the hard limit). */
  readonly max: number;
  /** Number of open sockets and files; takes microseconds. */
  open(): number;
}

/** Undefined on a system without /proc. */
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
          // Reading the folder needs a descriptor itself: if there is none, all are open.
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

/** Linux 6.2 and newer report the number as the folder's size; on older ones the names are read. */
function countOpen(): number {
  return statSync("/proc/self/fd").size || readdirSync("/proc/self/fd").length;
}
