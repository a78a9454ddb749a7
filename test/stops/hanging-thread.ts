import { join } from "node:path";
import type { UsermetaProcess } from "../harness/usermeta-process.ts";

const PRELOADED = join(import.meta.dir, "hang-thread.ts");

/** Settings of a server that let a thread of this name be hung. */
export function withHangingThread(name: string): Readonly<Record<string, string>> {
  return { HANG_THREAD: name, BUN_OPTIONS: `--preload=${PRELOADED}` };
}

/** Resolves when it does. */
export async function hangThread(server: UsermetaProcess): Promise<void> {
  process.kill(server.pid, "SIGUSR2");
  await server.logged("threadHangs");
}
