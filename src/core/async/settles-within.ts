import type { Timers } from "../ports/system/timers.ts";

/**
 * Whether the promise resolves within `ms`. Rejects if the promise rejects within that time; a later rejection is ignored.
 */
export async function settlesWithin(
  timers: Pick<Timers, "after">,
  ms: number,
  settling: PromiseLike<unknown>,
): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<false>();
  using _timer = timers.after(ms, () => resolve(false));
  return await Promise.race([settling.then(() => true), late]);
}
