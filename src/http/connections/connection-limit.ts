import type { ConnectionLimit } from "./connections.ts";

const CONNECTIONS_MAX = 10_000;
/** Of the descriptors; the rest is the store's, the log's and that of calls to other services. */
const SHARE = 0.8;
/** Bun's own, with which it listens. */
const QUEUE_MAX = 512;

/**
 * @param configured USERMETA_CONNECTIONS_MAX
 * @param descriptors undefined where the system does not tell
 * @param threads how many listen
 */
export function connectionLimit(
  configured: number | undefined,
  descriptors: { readonly max: number; readonly open: () => number } | undefined,
  threads: number,
): ConnectionLimit {
  // Requests under way are each thread's own.
  if (descriptors === undefined) {
    return { max: (configured ?? CONNECTIONS_MAX) / threads, open: undefined, queueMax: undefined };
  }
  const room = Math.floor(descriptors.max * SHARE);
  const max = Math.min(configured ?? CONNECTIONS_MAX, room);
  const queueMax = Math.floor((descriptors.max - max) / 2 / threads);
  return { max, open: descriptors.open, queueMax: queueMax < QUEUE_MAX ? queueMax : undefined };
}
