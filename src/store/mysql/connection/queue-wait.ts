import { LATE_MS } from "./deadline.ts";
import type { MysqlLocation } from "./location.ts";

/** What the wait for a connection leaves of the timeout is enough for an attempt. */
const QUEUE_PART = 0.75;

/** How long a call may wait for a connection, on which it may then have to wait for a lock; ms. */
export function queueWaitMs({ timeoutMs }: MysqlLocation): number {
  return Math.min(LATE_MS, timeoutMs * QUEUE_PART);
}
