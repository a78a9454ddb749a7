import { StoreError } from "../../store-error.ts";
import type { Deadline } from "../connection/deadline.ts";
import { failureKind } from "../connection/errors.ts";
import type { Session } from "../connection/session.ts";
import { usageRead } from "../reads.ts";
import { transact } from "./transact.ts";
import { type Grant, grant } from "./usage-lanes.ts";
import { withRetry } from "./with-retry.ts";

interface Room {
  readonly app: number;
  readonly growth: number;
  readonly bytesMax: number;
}

const REFUSALS_MAX = 1;

/** Of an app that is no more: 0, which `grant` tells. */
async function usedOf(session: Session, deadline: Deadline, app: number): Promise<number> {
  const { statement, of } = usageRead(app);
  const [answer] = await withRetry(session, [statement], deadline);
  return of(answer ?? []);
}

/**
 * `grant` in a transaction of its own; "conflict" also where somebody else has the lanes. What became of that transaction
 * may be unknown; that no write is stored by it never is.
 */
export async function makeRoom(
  session: Session,
  deadline: Deadline,
  lane: number,
  { app, growth, bytesMax }: Room,
): Promise<Grant> {
  try {
    // Most of those that an app which is full refuses: by a read, which waits for nobody's grants.
    if ((await usedOf(session, deadline, app)) + Math.max(0, growth) > bytesMax) return "full";
    return await transact(session, deadline, (run) => grant(run, app, lane, growth, bytesMax), REFUSALS_MAX);
  } catch (error) {
    if (failureKind(error) === "again") return "conflict";
    if (!(error instanceof StoreError) || error.fault !== "outcome_unknown") throw error;
    throw new StoreError("unreachable", "the database stopped answering while room was made for a write", error);
  }
}
