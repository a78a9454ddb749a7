import type { ConnectionLimit } from "./connections.ts";

const CONNECTIONS_MAX = 10_000;
/** Share of the descriptors for clients. The rest is for the store, the log and calls to other services. */
const SHARE = 0.8;
/** The backlog that Bun passes to `listen`. */
const QUEUE_MAX = 512;

/**
 * @param configured USERMETA_CONNECTIONS_MAX
 * @param descriptors the process's limit; undefined if the system does not tell
 * @param threads number of listening threads
 */
export function connectionLimit(
  configured: number | undefined,
  descriptors: { readonly max: number; readonly open: () => number } | undefined,
  threads: number,
): ConnectionLimit {
  // Then requests in flight are counted, which each thread does for itself.
  if (descriptors === undefined) {
    return { max: (configured ?? CONNECTIONS_MAX) / threads, open: undefined, queueMax: undefined };
  }
  const room = Math.floor(descriptors.max * SHARE);
  const max = Math.min(configured ?? CONNECTIONS_MAX, room);
  const queueMax = Math.floor((descriptors.max - max) / 2 / threads);
  return { max, open: descriptors.open, queueMax: queueMax < QUEUE_MAX ? queueMax : undefined };
}
