import { settlesWithin } from "../../core/async/settles-within.ts";
import type { OperatorEvents } from "../../ops/events.ts";
import { closingTimers } from "../../system/timers.ts";
import type { StartedServer } from "./start-server.ts";

/**
 * docs/OPERATIONS.md § Stop promises an end within nine seconds of the signal: less than the ten after which Docker kills.
 * This is more than requests under way, and then each part by itself, may take; that some part does not keep to its time
 * must not keep the process. What is left of the nine seconds is for a machine on which the processor must be waited for.
 */
const CLOSE_WITHIN_MS = 7800;

/** Closes the server; settles in time, and tells of what did not close. */
export async function closeInTime(
  started: StartedServer,
  events: Pick<OperatorEvents, "leftOpen" | "closeFailed">,
): Promise<void> {
  try {
    if (await settlesWithin(closingTimers, CLOSE_WITHIN_MS, started[Symbol.asyncDispose]())) return;
    for (const part of started.service.closing) events.leftOpen(part);
  } catch (error) {
    events.closeFailed(error);
  }
}
