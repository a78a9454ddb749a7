import { setTimeout as pause } from "node:timers/promises";
import { StoreError } from "../../store-error.ts";

const WAIT_MAX_MS = 5000;
const RETRY_MS = 5;

/**
 * Runs a call, and retries it for five seconds while another connection has a lock. Unlike SQLite's own waiting this
 * does not block the thread, so that a starting server can be stopped.
 */
export async function whenFree<T>(call: () => T): Promise<T> {
  const until = performance.now() + WAIT_MAX_MS;
  for (;;) {
    try {
      return call();
    } catch (error) {
      if (!(error instanceof StoreError) || error.fault !== "busy" || performance.now() > until) throw error;
    }
    await pause(RETRY_MS);
  }
}
