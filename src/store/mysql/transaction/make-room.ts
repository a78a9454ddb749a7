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

/** 0 if the app is gone; `grant` reports that. */
async function usedOf(session: Session, deadline: Deadline, app: number): Promise<number> {
  const { statement, of } = usageRead(app);
  const [answer] = await withRetry(session, [statement], deadline);
  return of(answer ?? []);
}

/**
 * Runs `grant` in a transaction of its own; "conflict" also if another transaction holds the lanes. The outcome of that
 * transaction may be unknown, but it never stores a write.
 */
export async function makeRoom(
  session: Session,
  deadline: Deadline,
  lane: number,
  { app, growth, bytesMax }: Room,
): Promise<Grant> {
  try {
    // A full app refuses most writes here, by a read that waits for no lock.
    if ((await usedOf(session, deadline, app)) + Math.max(0, growth) > bytesMax) return "full";
    return await transact(session, deadline, (run) => grant(run, app, lane, growth, bytesMax), REFUSALS_MAX);
  } catch (error) {
    if (failureKind(error) === "again") return "conflict";
    if (!(error instanceof StoreError) || error.fault !== "outcome_unknown") throw error;
    throw new StoreError("unreachable", "the database stopped answering while it reserved space for a write", error);
  }
}
