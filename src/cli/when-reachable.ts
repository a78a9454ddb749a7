import { setTimeout as pause } from "node:timers/promises";
import { StoreError } from "../store/store-error.ts";

interface Waiting {
  readonly stop: AbortSignal;
  /** Told once, of the first failure. */
  onUnreachable(error: StoreError): void;
}

const RETRY_MS = 1000;

/**
 * What `start` answers when the store can be reached; until then it is tried again and again, as the store may only be
 * starting too. Any other failure ends it. Undefined: the signal came first.
 */
export async function whenReachable<T>(start: () => Promise<T>, waiting: Waiting): Promise<T | undefined> {
  const { stop } = waiting;
  for (let tries = 1; ; tries++) {
    try {
      return await start();
    } catch (error) {
      if (!(error instanceof StoreError) || error.fault !== "unreachable") throw error;
      if (tries === 1) waiting.onUnreachable(error);
    }
    await pause(RETRY_MS, undefined, { signal: stop }).catch(() => {});
    if (stop.aborted) return undefined;
  }
}
