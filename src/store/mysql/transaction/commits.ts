/**
 * How the outcome of a commit is found out when its answer was lost. Every transaction puts a random id of its own into
 * `commits`. Whoever must know puts in the same id, marked void: if it is taken, what is there says whether the
 * transaction was committed; if it is not, the transaction never can be, since its own id is now taken.
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
/** What one purge removes at most. */
export const PURGED_AT_ONCE = 5000;

const INSERT = "INSERT INTO commits (id, is_void) VALUES (?, ?)";

export function newCommitId(): CommitId {
  return randomFillSync(idFrom(Date.now()), TIME_BYTES);
}

/** To be carried out inside the transaction. */
export function recordCommit(id: CommitId): Statement {
  return { sql: INSERT, values: [id, 0] };
}

/** A row, when asked inside the transaction; none, when that has been rolled back meanwhile. */
export function isRecorded(id: CommitId): Statement {
  return { sql: "SELECT 1 FROM commits WHERE id = ?", values: [id] };
}

/**
 * True: what the id was recorded in is committed. False: it is not and never will be. Rejects with `outcome_unknown`
 * when nobody can tell before the deadline.
 */
export async function wasCommitted(session: Session, id: CommitId, deadline: Deadline): Promise<boolean> {
  let failure: unknown;
  do {
    try {
      const verdict = await ask(session, id, deadline);
      if (verdict !== undefined) return verdict;
    } catch (error) {
      failure = error;
      // The store has been closed. Whatever a database says may pass, and another host may know.
      if (error instanceof StoreError) break;
    }
    await pause();
  } while (!deadline.isOver);
  throw new StoreError(
    "outcome_unknown",
    "a write was under way when the database stopped answering: whether it is there is not known",
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
 * Removes what is too old to be asked for; call it every few seconds.
 * @param time up to which ids are too old: of `OldCommits`
 */
export function purgeCommits(time: number): Statement {
  const sql = "DELETE FROM commits WHERE id < ? ORDER BY id LIMIT ?";
  return { sql, values: [idFrom(Math.max(0, time)), PURGED_AT_ONCE] };
}

function idFrom(time: number): CommitId {
  const id = Buffer.alloc(ID_BYTES);
  id.writeUIntBE(time, 0, TIME_BYTES);
  return id;
}
