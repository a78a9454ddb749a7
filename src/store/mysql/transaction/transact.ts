/**
 * Transactions: `transact` runs one, retries it and finds out lost outcomes (commits.ts); group-commit.ts and
 * write-queue.ts commit many sets together; usage-lanes.ts keeps an app within its limit; app-commands.ts and
 * user-commands.ts hold the other writes. Start here, or with group-commit.ts for a set.
 */
import type { Deadline } from "../connection/deadline.ts";
import { failureKind, SilentRollback } from "../connection/errors.ts";
import { type Answer, rowsOf, type Session, type Statement } from "../connection/session.ts";
import { type CommitId, isRecorded, newCommitId, recordCommit, wasCommitted } from "./commits.ts";
import { pause } from "./pause.ts";

/** Sends statements within the transaction; none of them may end it. */
export type Run = (...statements: readonly Statement[]) => Promise<readonly Answer[]>;

/** Another transaction has changed the same rows since they were read: run the transaction again. */
export const RETRY = Symbol("retry");

/** The result of a transaction; without `keep` it is rolled back. */
export interface Result<T> {
  readonly keep: boolean;
  readonly value: T;
  /** Called when it is certain that the COMMIT that was sent has stored nothing. */
  readonly onRolledBack?: () => void;
}

/**
 * Runs `body` in a transaction. Retries it while the database refuses it for passing reasons (deadlock, conflict, lock
 * timeout) or if the connection is lost before the COMMIT. If the answer to the COMMIT is lost, finds out the outcome.
 * Rejects with the driver's error, or with `outcome_unknown`.
 *
 * @param refusalsMax refusals that are retried here before the caller gets the error
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
      if (rowsOf(answers.at(-1)).length === 0) throw new SilentRollback();
      return answers.slice(begin.length, -1);
    };
    try {
      const { keep, value, onRolledBack } = await body(run);
      if (!keep) await rollBack(session, deadline);
      else if (isBegun) await commit(session, id, deadline.forOutcome(), onRolledBack);
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

/** Rejects if the transaction is not committed and never will be, or with `outcome_unknown`. */
async function commit(session: Session, id: CommitId, deadline: Deadline, onRolledBack?: () => void): Promise<void> {
  try {
    await session.queryBatch([{ sql: "COMMIT" }, AUTOCOMMIT], deadline.attemptMs, true);
  } catch (error) {
    await rollBack(session, deadline);
    if (await wasCommitted(session, id, deadline)) return;
    onRolledBack?.();
    throw error;
  }
}

/**
 * A Galera node may roll this transaction back between two statements of one packet, because another one wins, and then
 * run the remaining statements. Without autocommit they are not kept either, and the lookup of the transaction's id,
 * which comes last, finds nothing (docs/decisions/0014).
 */
const BEGIN: readonly Statement[] = [{ sql: "SET autocommit = 0" }, { sql: "START TRANSACTION" }];
const AUTOCOMMIT: Statement = { sql: "SET autocommit = 1" };

/** A connection on which ROLLBACK fails is dropped, which rolls back, too. */
async function rollBack(session: Session, deadline: Deadline): Promise<void> {
  if (!session.isOpen) return;
  try {
    await session.queryBatch([{ sql: "ROLLBACK" }, AUTOCOMMIT], deadline.attemptMs, true);
  } catch {
    session.drop();
  }
}
