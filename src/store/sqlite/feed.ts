import type { Change } from "../../core/ports/change-feed.ts";
import type { Connection } from "./connection/connection.ts";

/** Servers read the feed several times a second; an hour is for one that was suspended. */
const KEPT_MS = 3_600_000;
/** The last changes are kept at any age: setting the clock ahead must not remove changes that servers have not read. */
const CHANGES_KEPT = 1000;

const REMOVE_OLD = "DELETE FROM changes WHERE at < ?1 AND position <= (SELECT max(position) FROM changes) - ?2";

/** Appends to the change feed and removes old changes. */
export function appendChange(connection: Connection, changes: readonly Change[], now: number): void {
  for (const change of changes) {
    const userId = change.kind === "user" ? change.userId : null;
    connection.run("INSERT INTO changes (at, kind, user_id) VALUES (?1, ?2, ?3)", now, change.kind, userId);
  }
  connection.run(REMOVE_OLD, now - KEPT_MS, CHANGES_KEPT);
}
