import { refused } from "./failure.ts";

/** Resolves when the signal is aborted, or immediately if it is already. */
export function aborted(signal: AbortSignal): Promise<undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  if (signal.aborted) resolve(undefined);
  else signal.addEventListener("abort", () => resolve(undefined), { once: true });
  return promise;
}

/** Returns the command's result. Throws a failure if the signal is aborted first; the command then ends with the process. */
export async function unlessStopped<T>(running: Promise<T>, signal: AbortSignal): Promise<T> {
  const stopped = aborted(signal).then(() => {
    throw refused("interrupted: the command may have been carried out");
  });
  return await Promise.race([running, stopped]);
}
