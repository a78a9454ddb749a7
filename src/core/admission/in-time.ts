import type { Timers } from "../ports.ts";
import { busy } from "../refusals.ts";

/** What the promise comes to within `ms`; refuses with `busy` afterwards. The work behind it goes on. */
export async function inTime<T>(promise: Promise<T>, ms: number, timers: Timers): Promise<T> {
  const late = Promise.withResolvers<never>();
  using _timer = timers.after(ms, () => late.reject(busy()));
  return await Promise.race([promise, late.promise]);
}
