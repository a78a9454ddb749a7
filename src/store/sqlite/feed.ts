import type { Change } from "../../core/ports.ts";
import type { Connection } from "./connection.ts";

/** Servers look several times a second; an hour is for one that was suspended. */
const KEPT_MS = 3_600_000;
/** The last ones stay, however old they look: a clock that is set ahead must take none from those who have yet to look. */
const LINES_KEPT = 1000;

const FORGET = "DELETE FROM changes WHERE at < ?1 AND position <= (SELECT max(position) FROM changes) - ?2";

/** Adds to what `changesSince` answers, and forgets what is old. */
export function appendChange(connection: Connection, changes: readonly Change[], now: number): void {
  for (const change of changes) {
    const userId = change.kind === "user" ? change.userId : null;
    connection.run("INSERT INTO changes (at, kind, user_id) VALUES (?1, ?2, ?3)", now, change.kind, userId);
  }
  connection.run(FORGET, now - KEPT_MS, LINES_KEPT);
}
