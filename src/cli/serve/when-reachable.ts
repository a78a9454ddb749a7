import { setTimeout as pause } from "node:timers/promises";
import { settlesWithin } from "../../core/async/settles-within.ts";
import { StoreError } from "../../store/store-error.ts";
import { closingTimers } from "../../system/timers.ts";
import { aborted } from "../terminal/aborted.ts";

interface Waiting {
  readonly stop: AbortSignal;
  /** Called for every failed try. */
  onUnreachable(error: StoreError): void;
}

const RETRY_MS = 1000;
/** How long a stop waits for a start in flight. If it finishes in this time, it is closed in the usual way. */
const STOPPED_START_MS = 500;

/**
 * Retries `start` until the store can be reached, because the store may still be starting too. Any other failure is
 * thrown. Undefined: the signal was aborted first; failures after it are ignored. A start that still waits for the store
 * then ends with the process, as if the process had been killed.
 */
export async function whenReachable<T extends AsyncDisposable>(
  start: () => Promise<T>,
  { stop, onUnreachable }: Waiting,
): Promise<T | undefined> {
  const stopped = aborted(stop);
  while (!stop.aborted) {
    const starting = start();
    try {
      await Promise.race([starting, stopped]);
      if (!stop.aborted) return await starting;
      if (await settlesWithin(closingTimers, STOPPED_START_MS, starting)) return await starting;
      void starting.then((late) => late[Symbol.asyncDispose]()).catch(() => {});
      return undefined;
    } catch (error) {
      if (stop.aborted) return undefined;
      if (!(error instanceof StoreError) || error.fault !== "unreachable") throw error;
      onUnreachable(error);
    }
    await pause(RETRY_MS, undefined, { signal: stop }).catch(() => {});
  }
  return undefined;
}
