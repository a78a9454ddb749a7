/**
 * Finds out the outcome of a COMMIT whose answer was lost. Every transaction inserts a random id of its own into
 * `commits`. To find out, insert the same id, marked void. If the id is taken, the row says whether the transaction was
 * committed. If it is not, the transaction can never commit, because its own id is now taken.
 */
import { randomFillSync } from "node:crypto";
import { StoreError } from "../../store-error.ts";
import type { Deadline } from "../connection/deadline.ts";
import { failureKind } from "../connection/errors.ts";
import { rowsOf, type Session, type Statement } from "../connection/session.ts";
import { pause } from "./pause.ts";
import { withRetry } from "./with-retry.ts";

export type CommitId = Uint8Array;

const ID_BYTES = 16;
const TIME_BYTES = 6;
/** Rows that one purge removes, at most. */
export const COMMITS_PURGE_MAX = 5000;

const INSERT = "INSERT INTO commits (id, is_void) VALUES (?, ?)";

export function newCommitId(): CommitId {
  return randomFillSync(idFrom(Date.now()), TIME_BYTES);
}

/** Runs inside the transaction. */
export function recordCommit(id: CommitId): Statement {
  return { sql: INSERT, values: [id, 0] };
}

/** Run inside the transaction, returns a row; none if the transaction was rolled back meanwhile. */
export function isRecorded(id: CommitId): Statement {
  return { sql: "SELECT 1 FROM commits WHERE id = ?", values: [id] };
}

/**
 * True: the transaction is committed. False: it is not and never will be. Rejects with `outcome_unknown` if that cannot
 * be found out before the deadline.
 */
export async function wasCommitted(session: Session, id: CommitId, deadline: Deadline): Promise<boolean> {
  let failure: unknown;
  do {
    try {
      const verdict = await ask(session, id, deadline);
      if (verdict !== undefined) return verdict;
    } catch (error) {
      failure = error;
      // Only a closed store ends the loop: a fault of the database may pass, and another host may know.
      if (error instanceof StoreError) break;
    }
    await pause();
  } while (!deadline.isOver);
  throw new StoreError(
    "outcome_unknown",
    "a write was in flight when the database stopped answering: whether it is stored is not known",
    failure,
  );
}

async function ask(session: Session, id: CommitId, deadline: Deadline): Promise<boolean | undefined> {
  try {
    await session.one(INSERT, [id, 1], deadline.attemptMs);
    return false;
  } catch (error) {
    if (failureKind(error) !== "duplicate") throw error;
  }
  const [answer] = await withRetry(
    session,
    [{ sql: "SELECT is_void FROM commits WHERE id = ?", values: [id] }],
    deadline,
  );
  const [row] = rowsOf<[number]>(answer);
  return row === undefined ? undefined : row[0] === 0;
}

/**
 * Removes ids that are too old to be looked up; call it every few seconds.
 * @param time ids up to this time are too old: of `OldCommits`
 */
export function purgeCommits(time: number): Statement {
  const sql = "DELETE FROM commits WHERE id < ? ORDER BY id LIMIT ?";
  return { sql, values: [idFrom(Math.max(0, time)), COMMITS_PURGE_MAX] };
}

function idFrom(time: number): CommitId {
  const id = Buffer.alloc(ID_BYTES);
  id.writeUIntBE(time, 0, TIME_BYTES);
  return id;
}
