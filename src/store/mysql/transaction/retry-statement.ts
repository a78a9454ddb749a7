import { failureKind } from "../connection/errors.ts";
import type { Session, Value } from "../connection/session.ts";
import { pause } from "./pause.ts";

const TIMEOUT_MS = 10_000;
const REFUSALS_MAX = 100;

/** Runs an idempotent statement, and retries it while the database refuses it because of conflicts or locks. */
export async function retryStatement(
  session: Session,
  sql: string,
  values: readonly Value[] = [],
  timeoutMs = TIMEOUT_MS,
): Promise<void> {
  for (let refusals = 0; ; refusals++) {
    try {
      await session.one(sql, values, timeoutMs);
      return;
    } catch (error) {
      if (failureKind(error) !== "again" || refusals === REFUSALS_MAX) throw error;
      await pause();
    }
  }
}
