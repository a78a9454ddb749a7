import { StoreError } from "../store-error.ts";
import type { Deadline } from "./deadline.ts";
import { failureKind } from "./errors.ts";
import type { Session } from "./session.ts";
import { transact } from "./transact.ts";
import { type Grant, grant } from "./usage-lanes.ts";

interface Room {
  readonly app: number;
  readonly growth: number;
  readonly bytesMax: number;
}

const REFUSALS_MAX = 1;

/**
 * `grant` in a transaction of its own; "outrun" also where somebody else has the lanes. What became of that transaction
 * may be unknown; that no write is stored by it never is.
 */
export async function makeRoom(
  session: Session,
  deadline: Deadline,
  lane: number,
  { app, growth, bytesMax }: Room,
): Promise<Grant> {
  try {
    return await transact(session, deadline, (run) => grant(run, app, lane, growth, bytesMax), REFUSALS_MAX);
  } catch (error) {
    if (failureKind(error) === "again") return "outrun";
    if (!(error instanceof StoreError) || error.fault !== "outcome_unknown") throw error;
    throw new StoreError("unreachable", "the database stopped answering while room was made for a write", error);
  }
}
