import type { App, User, UserName } from "../../core/model.ts";
import type { FeedPage } from "../../core/ports/change-feed.ts";
import type { SigningKey } from "../../core/ports/key-store.ts";
import type { UserCursor } from "../../core/ports/user-store.ts";
import { APP_COLUMNS } from "../app-columns.ts";
import { type Answer, rowsOf, type Statement } from "./connection/session.ts";
import { type AppRow, appOf, type ChangeRow, changeOf, USER_COLUMNS, type UserRow, userOf } from "./rows.ts";

/** A read: its statement, and how to decode the answer. */
export interface Read<T> {
  readonly statement: Statement;
  readonly of: (answer: Answer) => T;
}

/** Users of a deleted app stay until they are purged, but are unknown to reads. */
const APP_EXISTS = "EXISTS (SELECT 1 FROM apps WHERE number = ?)";

/** Changes nothing, but a read-only host refuses it. */
export const PING: Read<void> = {
  statement: { sql: "UPDATE counters SET value = value WHERE name = 'keys'" },
  of: () => {},
};

export const APPS: Read<App[]> = {
  statement: { sql: `SELECT ${APP_COLUMNS} FROM apps ORDER BY number` },
  of: (answer) => rowsOf<AppRow>(answer).map(appOf),
};

export function appRead(number: number): Read<App | undefined> {
  return {
    statement: { sql: `SELECT ${APP_COLUMNS} FROM apps WHERE number = ?`, values: [number] },
    of: (answer) => rowsOf<AppRow>(answer).map(appOf)[0],
  };
}

export const SIGNING_KEYS: Read<SigningKey[]> = {
  statement: { sql: "SELECT id, secret FROM signing_keys ORDER BY id" },
  of: (answer) => rowsOf<[number, Uint8Array]>(answer).map(([id, secret]) => ({ id, secret: new Uint8Array(secret) })),
};

export function changesRead(cursor: number): Read<FeedPage> {
  return {
    statement: {
      sql: "SELECT position, kind, user_id FROM changes WHERE position > ? ORDER BY position",
      values: [cursor],
    },
    of(answer) {
      const rows = rowsOf<ChangeRow>(answer);
      return { cursor: rows.at(-1)?.[0] ?? cursor, changes: rows.map(changeOf) };
    },
  };
}

export function userRead(app: number, name: UserName): Read<User | undefined> {
  return {
    statement: {
      sql: `SELECT ${USER_COLUMNS} FROM users WHERE app = ? AND name = ? AND ${APP_EXISTS}`,
      values: [app, name, app],
    },
    of: (answer) => rowsOf<UserRow>(answer).map(userOf)[0],
  };
}

export function userByIdRead(app: number, id: string): Read<User | undefined> {
  return {
    statement: {
      sql: `SELECT ${USER_COLUMNS} FROM users WHERE app = ? AND id = ? AND ${APP_EXISTS}`,
      values: [app, id, app],
    },
    of: (answer) => rowsOf<UserRow>(answer).map(userOf)[0],
  };
}

/** Not `(created, name) > (…)`: these engines use no index range for it. */
export function usersRead(app: number, after: UserCursor | undefined, countMax: number): Read<User[]> {
  const { created, name } = after ?? { created: -1, name: "" };
  return {
    statement: {
      sql:
        `SELECT ${USER_COLUMNS} FROM users WHERE app = ? AND created >= ? AND (created > ? OR name > ?) ` +
        `AND ${APP_EXISTS} ORDER BY created, name LIMIT ?`,
      values: [app, created, created, name, app, countMax],
    },
    of: (answer) => rowsOf<UserRow>(answer).map(userOf),
  };
}

export function usageRead(app: number): Read<number> {
  return {
    statement: {
      sql: "SELECT CAST(COALESCE(SUM(used), 0) AS SIGNED) FROM app_usage WHERE app = ? AND lane > 0",
      values: [app],
    },
    of: (answer) => rowsOf<[number]>(answer)[0]?.[0] ?? 0,
  };
}
