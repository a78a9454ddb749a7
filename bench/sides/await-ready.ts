import { setTimeout as pause } from "node:timers/promises";
import type { StartedProcess } from "../measure/started-process.ts";

const PATIENCE_MS = 60_000;
const PAUSE_MS = 2;

/** Waits until `isReady` returns true without throwing; fails when the process ends before, or takes too long. */
export async function awaitReady(
  process: StartedProcess,
  signal: AbortSignal,
  isReady: () => Promise<boolean>,
): Promise<void> {
  const until = performance.now() + PATIENCE_MS;
  while (!(await isReady().catch(() => false))) {
    signal.throwIfAborted();
    if (process.hasExited) throw process.failure("ended while it was starting");
    if (performance.now() > until) throw process.failure("did not become ready in a minute");
    await pause(PAUSE_MS);
  }
}
