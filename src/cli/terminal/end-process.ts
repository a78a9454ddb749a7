import { dlopen } from "bun:ffi";

/**
 * Ends the process at once, whatever its other threads do. `process.exit` is not enough: it closes what SQLite has open
 * first, and so waits for a disk that does not answer. All that was answered is in the log on disk.
 */
export function endProcess(code: number): void {
  try {
    dlopen("libc.so.6", { _exit: { args: ["i32"], returns: "void" } }).symbols._exit(code);
  } catch {
    // Not on Linux, or there is no glibc.
    process.exit(code);
  }
}
