import { setTimeout as pause } from "node:timers/promises";
import { StoreError } from "../../store-error.ts";

const WAIT_MAX_MS = 5000;
const AGAIN_MS = 5;

/**
 * What the call answers when no other connection's lock stands in its way; else it is made again, for five seconds.
 * Unlike SQLite's own waiting this leaves the thread to others, so that a server that is starting can be stopped.
 */
export async function whenFree<T>(call: () => T): Promise<T> {
  const until = performance.now() + WAIT_MAX_MS;
  for (;;) {
    try {
      return call();
    } catch (error) {
      if (!(error instanceof StoreError) || error.fault !== "busy" || performance.now() > until) throw error;
    }
    await pause(AGAIN_MS);
  }
}
