import { setTimeout as pause } from "node:timers/promises";
import { settlesWithin } from "../../core/async/settles-within.ts";
import { StoreError } from "../../store/store-error.ts";
import { closingTimers } from "../../system/timers.ts";
import { aborted } from "../terminal/aborted.ts";

interface Waiting {
  readonly stop: AbortSignal;
  /** Told of every try that fails. */
  onUnreachable(error: StoreError): void;
}

const RETRY_MS = 1000;
/** For a start under way: one that ends in this time is closed as every other. */
const STOPPED_START_MS = 500;

/**
 * What `start` answers when the store can be reached; until then it is tried again and again, as the store may only be
 * starting too. Any other failure ends it. Undefined: the signal came first, and then a failure is none: a start that
 * the store holds up is left to the end of the process, as if that had been killed.
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
