import type { Deadline } from "../connection/deadline.ts";
import { failureKind, RolledBackUnsaid } from "../connection/errors.ts";
import { type Answer, rowsOf, type Session, type Statement } from "../connection/session.ts";
import { type CommitId, isRecorded, newCommitId, recordCommit, wasCommitted } from "./commits.ts";
import { pause } from "./pause.ts";

/** Sends statements inside the transaction; none of them may end it. */
export type Run = (...statements: readonly Statement[]) => Promise<readonly Answer[]>;

/** Somebody else has been at the same rows since they were read: the transaction is to be run again. */
export const RETRY = Symbol("conflict");

/** What a transaction comes to; one that is not kept leaves nothing behind. */
export interface Result<T> {
  readonly keep: boolean;
  readonly value: T;
  /** Called as soon as it is certain that a COMMIT which was sent has stored nothing. */
  readonly undone?: () => void;
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
      const begin = isBegun ? [] : [...BEGIN, recordCommit(id)];
      const sent = [...begin, ...statements, isRecorded(id)];
      const answers = await session.queryBatch(sent, deadline.attemptMs, isBegun);
      isBegun = true;
      if (rowsOf(answers.at(-1)).length === 0) throw new RolledBackUnsaid();
      return answers.slice(begin.length, -1);
    };
    try {
      const { keep, value, undone } = await body(run);
      if (!keep) await rollBack(session, deadline);
      else if (isBegun) await commit(session, id, deadline.forOutcome(), undone);
      return value;
    } catch (error) {
      await rollBack(session, deadline);
      const kind = failureKind(error);
      if (kind === "other" || kind === "duplicate" || deadline.isOver) throw error;
      if (kind === "again") refusals += 1;
      if (refusals > refusalsMax || (kind === "again" && deadline.isLate)) throw error;
    }
    await pause();
  }
}

/** Rejects when the transaction is not committed and never will be, or with `outcome_unknown`. */
async function commit(session: Session, id: CommitId, deadline: Deadline, undone?: () => void): Promise<void> {
  try {
    await session.queryBatch([{ sql: "COMMIT" }, AUTOCOMMIT], deadline.attemptMs, true);
  } catch (error) {
    await rollBack(session, deadline);
    if (await wasCommitted(session, id, deadline)) return;
    undone?.();
    throw error;
  }
}

/**
 * A Galera node that must give way to another's transaction may roll this one back between two statements of one
 * packet, and then carry out those that are left: without autocommit they are not kept either, and the id of the
 * transaction, looked for behind them, is gone (docs/decisions/0014).
 */
const BEGIN: readonly Statement[] = [{ sql: "SET autocommit = 0" }, { sql: "START TRANSACTION" }];
const AUTOCOMMIT: Statement = { sql: "SET autocommit = 1" };

/** A connection that cannot even be rolled back is given up, which does the same. */
async function rollBack(session: Session, deadline: Deadline): Promise<void> {
  if (!session.isOpen) return;
  try {
    await session.queryBatch([{ sql: "ROLLBACK" }, AUTOCOMMIT], deadline.attemptMs, true);
  } catch {
    session.drop();
  }
}
