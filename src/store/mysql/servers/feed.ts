import type { Change } from "../../../core/ports/change-feed.ts";
import { draw } from "../transaction/counters.ts";
import type { Run } from "../transaction/transact.ts";

/** Servers read the feed several times a second; an hour is for one that was suspended. */
const KEPT_MS = 3_600_000;
/** The last changes are kept at any age: setting the clock ahead must not remove changes that servers have not read. */
const CHANGES_KEPT = 1000;

/**
 * Appends to the change feed, which tells other servers to invalidate their copies, and removes old changes. Call it
 * last in a transaction: it locks a counter.
 */
export async function appendChange(run: Run, changes: readonly Change[], now: number): Promise<void> {
  const last = await draw(run, "changes", changes.length);
  const first = last - changes.length + 1;
  await run(
    {
      sql: `INSERT INTO changes (position, at, kind, user_id) VALUES ${changes.map(() => "(?, ?, ?, ?)").join(", ")}`,
      values: changes.flatMap((change, index) => [
        first + index,
        now,
        change.kind,
        change.kind === "user" ? change.userId : null,
      ]),
    },
    { sql: "DELETE FROM changes WHERE at < ? AND position <= ?", values: [now - KEPT_MS, last - CHANGES_KEPT] },
  );
}
