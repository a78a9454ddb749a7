/** For a moment that chance has chosen, and between a client's calls; never for what is waited for. */
export async function sleep(ms: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  setTimeout(resolve, ms);
  await promise;
}
