import type { Timers } from "../ports/system/timers.ts";
import { busy } from "../refusals.ts";

/** The promise's result with a timeout of `ms`; then refuses with `busy`. The work behind the promise continues. */
export async function inTime<T>(promise: Promise<T>, ms: number, timers: Timers): Promise<T> {
  const late = Promise.withResolvers<never>();
  using _timer = timers.after(ms, () => late.reject(busy()));
  return await Promise.race([promise, late.promise]);
}
