import type { App } from "../../../core/model.ts";
import type { AppChange, NewApp } from "../../../core/ports/app-store.ts";
import type { SigningKey } from "../../../core/ports/key-store.ts";
import { changedApp } from "../../../core/updated-entities.ts";
import { APP_COLUMNS, APP_PLACEHOLDERS, appValues, SET_APP_COLUMNS } from "../../app-columns.ts";
import type { Connection } from "../connection/connection.ts";
import { appendChange } from "../feed.ts";
import { readApp } from "../reads.ts";

export function insertApp(connection: Connection, app: NewApp): App | "taken" {
  const taken = connection.get(
    "SELECT 1 FROM apps WHERE id = ?1 OR app_key = ?2 OR client_id = ?3",
    app.id,
    app.key,
    app.clientId,
  );
  if (taken !== undefined) return "taken";
  // NULL: SQLite assigns the number.
  const inserted = connection.get<{ number: number }>(
    `INSERT INTO apps (${APP_COLUMNS}) VALUES (${APP_PLACEHOLDERS}) RETURNING number`,
    ...appValues({ ...app, number: null, adminTokensValidAfter: 0, tokensValidAfter: 0 }),
  );
  if (inserted === undefined) throw new Error("an inserted app got no number");
  const { number } = inserted;
  connection.run("INSERT INTO app_usage (app, used) VALUES (?1, 0)", number);
  appendChange(connection, [{ kind: "apps" }], app.created);
  return { ...app, number, adminTokensValidAfter: 0, tokensValidAfter: 0 };
}

export function changeApp(
  connection: Connection,
  number: number,
  change: AppChange,
  now: number,
): App | "incompatible" | "conflict" | undefined {
  const former = readApp(connection, number);
  if (former === undefined) return undefined;
  const app = changedApp(former, change, now);
  if (typeof app === "string") return app;
  connection.run(`UPDATE apps SET ${SET_APP_COLUMNS} WHERE number = ?`, ...appValues(app), number);
  appendChange(connection, [{ kind: "apps" }], now);
  return app;
}

export function deleteApp(connection: Connection, number: number, now: number): boolean {
  if (connection.run("DELETE FROM apps WHERE number = ?1", number) === 0) return false;
  connection.run("DELETE FROM app_usage WHERE app = ?1", number);
  connection.run("INSERT INTO deleted_apps (number, deleted) VALUES (?1, ?2)", number, now);
  appendChange(connection, [{ kind: "apps" }], now);
  return true;
}

export function purge(connection: Connection, countMax: number): number {
  let removed = 0;
  for (const { number } of connection.all<{ number: number }>("SELECT number FROM deleted_apps ORDER BY number")) {
    if (removed === countMax) break;
    const room = countMax - removed;
    const count = connection.run(
      "DELETE FROM users WHERE row IN (SELECT row FROM users WHERE app = ?1 LIMIT ?2)",
      number,
      room,
    );
    if (count < room) connection.run("DELETE FROM deleted_apps WHERE number = ?1", number);
    removed += count;
  }
  return removed;
}

export function addSigningKey(connection: Connection, secret: Uint8Array, now: number): SigningKey {
  const inserted = connection.get<{ id: number }>(
    "INSERT INTO signing_keys (secret, created) VALUES (?1, ?2) RETURNING id",
    secret,
    now,
  );
  if (inserted === undefined) throw new Error("an inserted key got no number");
  appendChange(connection, [{ kind: "keys" }], now);
  return { id: inserted.id, secret };
}
