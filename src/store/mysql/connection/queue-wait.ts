import { LATE_MS } from "./deadline.ts";
import type { MysqlLocation } from "./location.ts";

/** The rest of the timeout is enough for an attempt. */
const QUEUE_PART = 0.75;

/** How long a call may wait for a connection; it may then have to wait for a lock, too; ms. */
export function queueWaitMs({ timeoutMs }: MysqlLocation): number {
  return Math.min(LATE_MS, timeoutMs * QUEUE_PART);
}
