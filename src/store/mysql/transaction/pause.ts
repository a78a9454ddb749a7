const LEAST_MS = 2;
const SPREAD_MS = 15;

/** Long enough for another's transaction to end, and of random length, so that two do not meet again. */
export async function pause(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  setTimeout(resolve, LEAST_MS + Math.random() * SPREAD_MS);
  await promise;
}
