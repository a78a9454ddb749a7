import type { Change } from "../../../core/ports.ts";
import { draw } from "../transaction/counters.ts";
import type { Run } from "../transaction/transact.ts";

/** Servers look several times a second; an hour is for one that was suspended. */
const KEPT_MS = 3_600_000;
/** The last ones stay, however old they look: a clock that is set ahead must take none from those who have yet to look. */
const LINES_KEPT = 1000;

/** Adds to what `changesSince` answers, and forgets what is old; the last thing that a transaction does. */
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
    { sql: "DELETE FROM changes WHERE at < ? AND position <= ?", values: [now - KEPT_MS, last - LINES_KEPT] },
  );
}
