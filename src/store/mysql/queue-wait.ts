import type { MysqlLocation } from "./location.ts";

/** So that a call that is refused for want of time is answered within two seconds, whatever the operator's timeout is. */
export const QUEUE_WAIT_MS = 1500;
/** What the wait for a connection leaves of the timeout is enough for an attempt. */
const QUEUE_PART = 0.75;

/** How long a call may wait before anything is sent for it; ms. */
export function queueWaitMs({ timeoutMs }: MysqlLocation): number {
  return Math.min(QUEUE_WAIT_MS, timeoutMs * QUEUE_PART);
}
