import { APP_COLUMNS, APP_PLACEHOLDERS, appValues } from "../../app-columns.ts";
import { StoreError } from "../../store-error.ts";
import { type StoreGlobals, type TransferUser, USER_FIELDS } from "../../transfer/transfer.ts";
import { rowsOf, type Statement, type Value } from "../connection/session.ts";
import { TRANSFER_COLUMNS } from "./transfer-rows.ts";
import type { TransferSession } from "./transfer-session.ts";

/** All that a store without apps can hold, except the change feed and the numbers, which stay. */
const TABLES_CLEARED = ["users", "app_usage", "deleted_apps", "signing_keys"] as const;

/** Far below the smallest usual `max_allowed_packet`, even after escaping. */
const STATEMENT_CHARACTERS_MAX = 1_048_576;
const ROW_CHARACTERS = 400;

const USER_ROW = `(${Array(USER_FIELDS.length + 1)
  .fill("?")
  .join(", ")})`;
/** The pool, and one lane with all usage. Granted under limit 0, so that the first write recalculates the grants. */
const USAGE = "INSERT INTO app_usage (app, lane, used, granted, bytes_max) VALUES (?, 0, 0, ?, 0), (?, 1, ?, ?, 0)";

/** False: there was nothing to remove. TRUNCATE, because DELETE would take as long as the copy. */
export async function clearTables(session: TransferSession): Promise<boolean> {
  let isCleared = false;
  for (const table of TABLES_CLEARED) {
    if (rowsOf(await session.ask(`SELECT 1 FROM ${table} LIMIT 1`)).length === 0) continue;
    await session.ask(`TRUNCATE TABLE ${table}`);
    isCleared = true;
  }
  return isCleared;
}

/** A lost statement is sent again; it may then find its own rows, which are equal. */
export async function insertTransferred(
  session: TransferSession,
  app: number,
  users: readonly TransferUser[],
): Promise<void> {
  for (const part of statementParts(users)) {
    const values = part.flatMap((user): Value[] => [app, ...USER_FIELDS.map((field) => user[field])]);
    const rows = Array(part.length).fill(USER_ROW).join(", ");
    await session.ask(
      `INSERT INTO users (app, ${TRANSFER_COLUMNS}) VALUES ${rows} ON DUPLICATE KEY UPDATE version = version`,
      values,
    );
  }
}

function* statementParts(users: readonly TransferUser[]): Generator<readonly TransferUser[]> {
  let start = 0;
  let size = 0;
  for (const [at, { attributes }] of users.entries()) {
    size += attributes.length + ROW_CHARACTERS;
    if (size < STATEMENT_CHARACTERS_MAX && at < users.length - 1) continue;
    yield users.slice(start, at + 1);
    start = at + 1;
    size = 0;
  }
}

/** If apps or keys exist now, a server has written them. */
export async function insertGlobals(
  session: TransferSession,
  globals: StoreGlobals,
  usage: ReadonlyMap<number, number>,
  location: string,
): Promise<void> {
  const isDone = await session.transact(async (run) => {
    // Locks the counters, which every insert of an app or a key changes.
    const [, apps, keys] = await run(
      { sql: "SELECT value FROM counters WHERE name IN ('apps', 'keys') FOR UPDATE" },
      { sql: "SELECT 1 FROM apps LIMIT 1" },
      { sql: "SELECT 1 FROM signing_keys LIMIT 1" },
    );
    if (rowsOf(apps).length + rowsOf(keys).length > 0) return { keep: false, value: false };
    for (const statement of globalsStatements(globals, usage)) await run(statement);
    return { keep: true, value: true };
  });
  if (isDone) return;
  throw new StoreError("in_use", `${location} has been served while it was being copied to: copy it again`);
}

function* globalsStatements(globals: StoreGlobals, usage: ReadonlyMap<number, number>): Generator<Statement> {
  for (const app of globals.apps) {
    yield { sql: `INSERT INTO apps (${APP_COLUMNS}) VALUES (${APP_PLACEHOLDERS})`, values: appValues(app) };
    const used = usage.get(app.number) ?? 0;
    yield { sql: USAGE, values: [app.number, used, app.number, used, used] };
  }
  for (const { id, secret, created } of globals.keys) {
    yield { sql: "INSERT INTO signing_keys (id, secret, created) VALUES (?, ?, ?)", values: [id, secret, created] };
  }
  for (const [name, last] of Object.entries(globals.lastNumbers)) {
    yield { sql: "UPDATE counters SET value = GREATEST(value, ?) WHERE name = ?", values: [last, name] };
  }
}
