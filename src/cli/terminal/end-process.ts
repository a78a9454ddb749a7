import { dlopen } from "bun:ffi";

/**
 * Ends the process immediately, whatever its other threads do. `process.exit` first closes SQLite's files, and so would
 * wait for a disk that does not respond. Every acknowledged write is in the WAL on disk already.
 */
export function endProcess(code: number): void {
  try {
    dlopen("libc.so.6", { _exit: { args: ["i32"], returns: "void" } }).symbols._exit(code);
  } catch {
    // Not Linux, or no glibc.
    process.exit(code);
  }
}
