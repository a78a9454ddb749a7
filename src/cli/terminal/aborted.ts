import { refused } from "./failure.ts";

/** Resolves when the signal is given, or was before. */
export function aborted(signal: AbortSignal): Promise<undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  if (signal.aborted) resolve(undefined);
  else signal.addEventListener("abort", () => resolve(undefined), { once: true });
  return promise;
}

/** What the running command gives, or a failure once the signal comes; the command is then left to the end of the process. */
export async function unlessStopped<T>(running: Promise<T>, signal: AbortSignal): Promise<T> {
  const stopped = aborted(signal).then(() => {
    throw refused("interrupted: the command may have been carried out");
  });
  return await Promise.race([running, stopped]);
}
