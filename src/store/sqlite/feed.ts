import type { Change } from "../../core/ports.ts";
import type { Connection } from "./connection.ts";

/** Servers look several times a second; an hour is for one that was suspended. */
const KEPT_MS = 3_600_000;

/** Adds to what `changesSince` answers, and forgets what is old. */
export function announce(connection: Connection, changes: readonly Change[], now: number): void {
  for (const change of changes) {
    const userId = change.kind === "user" ? change.userId : null;
    connection.run("INSERT INTO changes (at, kind, user_id) VALUES (?1, ?2, ?3)", now, change.kind, userId);
  }
  connection.run("DELETE FROM changes WHERE at < ?1", now - KEPT_MS);
}
