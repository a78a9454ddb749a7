import type { Timers } from "../ports.ts";

/** Whether it resolves within so long; rejects with what it rejects with by then. Afterwards it is nobody's. */
export async function settlesWithin(
  timers: Pick<Timers, "after">,
  ms: number,
  settling: PromiseLike<unknown>,
): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<false>();
  using _timer = timers.after(ms, () => resolve(false));
  return await Promise.race([settling.then(() => true), late]);
}
