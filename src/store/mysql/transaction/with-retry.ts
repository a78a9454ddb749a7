import type { Deadline } from "../connection/deadline.ts";
import { errorNumber, failureKind } from "../connection/errors.ts";
import type { Answer, Session, Statement } from "../connection/session.ts";
import { pause } from "./pause.ts";

/**
 * Galera also answers this if a node could not confirm that it has all that the cluster has committed
 * (wsrep_sync_wait).
 */
const LOCK_WAIT_TIMEOUT = 1205;

/**
 * Runs idempotent statements, each on its own, until they are answered; fails over to another host if one does not
 * serve. Rejects with the driver's last error.
 */
export async function withRetry(
  session: Session,
  statements: readonly Statement[],
  deadline: Deadline,
): Promise<readonly Answer[]> {
  for (;;) {
    try {
      return await session.queryBatch(statements, deadline.attemptMs);
    } catch (error) {
      const kind = failureKind(error);
      if (kind === "other" || kind === "duplicate" || deadline.isOver) throw error;
      if (kind === "again" && deadline.isLate) throw error;
      if (errorNumber(error) === LOCK_WAIT_TIMEOUT) session.markHostUnavailable();
    }
    await pause();
  }
}
