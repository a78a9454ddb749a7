import type { Deadline } from "../connection/deadline.ts";
import { errorNumber, failureKind } from "../connection/errors.ts";
import type { Answer, Session, Statement } from "../connection/session.ts";
import { pause } from "./pause.ts";

/** On Galera also the answer of a node that could not find out whether it has all that the others have committed. */
const LOCK_WAIT_TIMEOUT = 1205;

/**
 * Statements that can be carried out again, each by itself; sent until they are answered, to another host where one
 * does not serve. Rejects with what the driver threw last.
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
