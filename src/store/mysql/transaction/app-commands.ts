import type { App } from "../../../core/model.ts";
import type { AppChange, NewApp } from "../../../core/ports/app-store.ts";
import type { SigningKey } from "../../../core/ports/key-store.ts";
import { changedApp } from "../../../core/updated-entities.ts";
import { APP_COLUMNS, APP_PLACEHOLDERS, appValues, SET_APP_COLUMNS } from "../../app-columns.ts";
import { changedBy, rowsOf } from "../connection/session.ts";
import { type AppRow, appOf } from "../rows.ts";
import { appendChange } from "../servers/feed.ts";
import { draw } from "./counters.ts";
import type { Result, Run } from "./transact.ts";
import { makePool } from "./usage-lanes.ts";

export async function insertApp(run: Run, app: NewApp): Promise<Result<App | "taken">> {
  const [answer] = await run({
    sql: "SELECT 1 FROM apps WHERE id = ? OR app_key = ? OR client_id = ?",
    values: [app.id, app.key, app.clientId],
  });
  if (rowsOf(answer).length > 0) return { keep: false, value: "taken" };
  const number = await draw(run, "apps", 1);
  const inserted = { ...app, number, adminTokensValidAfter: 0, tokensValidAfter: 0 };
  await run(
    { sql: `INSERT INTO apps (${APP_COLUMNS}) VALUES (${APP_PLACEHOLDERS})`, values: appValues(inserted) },
    makePool(number),
  );
  await appendChange(run, [{ kind: "apps" }], app.created);
  return { keep: true, value: inserted };
}

export async function changeApp(
  run: Run,
  number: number,
  change: AppChange,
  now: number,
): Promise<Result<App | "incompatible" | "conflict" | undefined>> {
  const [answer] = await run({ sql: `SELECT ${APP_COLUMNS} FROM apps WHERE number = ? FOR UPDATE`, values: [number] });
  const [row] = rowsOf<AppRow>(answer);
  if (row === undefined) return { keep: false, value: undefined };
  const app = changedApp(appOf(row), change, now);
  if (typeof app === "string") return { keep: false, value: app };
  await run({
    sql: `UPDATE apps SET ${SET_APP_COLUMNS} WHERE number = ?`,
    values: [...appValues(app), number],
  });
  await appendChange(run, [{ kind: "apps" }], now);
  return { keep: true, value: app };
}

export async function deleteApp(run: Run, number: number, now: number): Promise<Result<boolean>> {
  const [deleted] = await run({ sql: "DELETE FROM apps WHERE number = ?", values: [number] });
  if (changedBy(deleted) === 0) return { keep: false, value: false };
  await run(
    { sql: "DELETE FROM app_usage WHERE app = ?", values: [number] },
    { sql: "INSERT INTO deleted_apps (number, deleted) VALUES (?, ?)", values: [number, now] },
  );
  await appendChange(run, [{ kind: "apps" }], now);
  return { keep: true, value: true };
}

/** A transaction of this many removals is still short. */
const PURGED_USERS_MAX = 1000;

/**
 * Removes users of one deleted app; undefined if there is none. Processes that purge at the same time wait for each
 * other here, so that their removals do not conflict.
 */
export async function purge(run: Run, countMax: number): Promise<Result<number | undefined>> {
  const [answer] = await run({ sql: "SELECT number FROM deleted_apps ORDER BY number LIMIT 1 FOR UPDATE" });
  const [app] = rowsOf<[number]>(answer);
  if (app === undefined) return { keep: false, value: undefined };
  const count = Math.min(countMax, PURGED_USERS_MAX);
  const [removed] = await run({
    sql: "DELETE FROM users WHERE app = ? ORDER BY name LIMIT ?",
    values: [app[0], count],
  });
  const number = changedBy(removed);
  if (number < count) {
    await run(
      // On Galera another node may have created a lane while this one deleted the app.
      { sql: "DELETE FROM app_usage WHERE app = ?", values: [app[0]] },
      { sql: "DELETE FROM deleted_apps WHERE number = ?", values: [app[0]] },
    );
  }
  return { keep: true, value: number };
}

export async function addSigningKey(run: Run, secret: Uint8Array, now: number): Promise<Result<SigningKey>> {
  const id = await draw(run, "keys", 1);
  await run({ sql: "INSERT INTO signing_keys (id, secret, created) VALUES (?, ?, ?)", values: [id, secret, now] });
  await appendChange(run, [{ kind: "keys" }], now);
  return { keep: true, value: { id, secret } };
}
