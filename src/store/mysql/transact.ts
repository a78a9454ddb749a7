import { type CommitId, newCommitId, recordCommit, wasCommitted } from "./commits.ts";
import type { Deadline } from "./deadline.ts";
import { failureKind } from "./errors.ts";
import { pause } from "./pause.ts";
import type { Answer, Session, Statement } from "./session.ts";

/** Sends statements inside the transaction. */
export type Run = (...statements: readonly Statement[]) => Promise<readonly Answer[]>;

/** Somebody else has been at the same rows since they were read: the transaction is to be run again. */
export const OUTRUN = Symbol("outrun");

/** What a transaction comes to; one that is not kept leaves nothing behind. */
export interface Result<T> {
  readonly keep: boolean;
  readonly value: T;
}

/**
 * Runs `body` in a transaction, and again for as long as the database refuses it for reasons that pass or the
 * connection is lost before the commit. When the answer to the commit is lost, finds out what became of it. Rejects
 * with what the driver threw, or with `outcome_unknown`.
 *
 * @param refusalsMax so often the database may refuse it before that is the caller's to deal with
 */
export async function transact<T>(
  session: Session,
  deadline: Deadline,
  body: (run: Run) => Promise<Result<T>>,
  refusalsMax = Number.POSITIVE_INFINITY,
): Promise<T> {
  for (let refusals = 0; ; ) {
    const id = newCommitId();
    let isBegun = false;
    const run: Run = async (...statements) => {
      if (isBegun) return await session.together(statements, deadline.attemptMs, true);
      isBegun = true;
      const answers = await session.together([BEGIN, recordCommit(id), ...statements], deadline.attemptMs);
      return answers.slice(2);
    };
    try {
      const { keep, value } = await body(run);
      if (!keep) await rollBack(session, deadline);
      else if (isBegun) await commit(session, id, deadline);
      return value;
    } catch (error) {
      await rollBack(session, deadline);
      const kind = failureKind(error);
      if (kind === "other" || kind === "duplicate" || deadline.isOver) throw error;
      if (kind === "again") refusals += 1;
      if (refusals > refusalsMax) throw error;
    }
    await pause();
  }
}

/** Rejects when the transaction is not committed and never will be, or with `outcome_unknown`. */
async function commit(session: Session, id: CommitId, deadline: Deadline): Promise<void> {
  try {
    await session.together([COMMIT], deadline.attemptMs, true);
  } catch (error) {
    if (!(await wasCommitted(session, id, deadline))) throw error;
  }
}

const BEGIN: Statement = { sql: "START TRANSACTION" };
const COMMIT: Statement = { sql: "COMMIT" };
const ROLLBACK: Statement = { sql: "ROLLBACK" };

/** A connection that cannot even be rolled back is given up, which does the same. */
async function rollBack(session: Session, deadline: Deadline): Promise<void> {
  if (!session.isOpen) return;
  try {
    await session.together([ROLLBACK], deadline.attemptMs, true);
  } catch {
    session.drop();
  }
}
