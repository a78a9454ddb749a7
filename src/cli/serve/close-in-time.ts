import { settlesWithin } from "../../core/async/settles-within.ts";
import type { OperatorEvents } from "../../ops/events.ts";
import { closingTimers } from "../../system/timers.ts";
import type { StartedServer } from "./start-server.ts";

/**
 * docs/OPERATIONS.md § Stop promises that the server ends within nine seconds of the signal; Docker kills after ten.
 * This limit is longer than the requests in flight and then each part may take. A part that exceeds its own limit must
 * not delay the process. The rest of the nine seconds is a reserve for a busy machine.
 */
const CLOSE_WITHIN_MS = 7800;

/** Closes the server. Settles in time, and reports each part that did not close. */
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
