import { hasEnded } from "../../core/authority.ts";
import type { App, User, UserName } from "../../core/model.ts";
import type { StoredAttributes, StoredVersion } from "../../core/ports/attribute-store.ts";
import type { FeedPage } from "../../core/ports/change-feed.ts";
import type { SigningKey } from "../../core/ports/key-store.ts";
import type { Authority } from "../../core/ports/terms.ts";
import type { UserCursor } from "../../core/ports/user-store.ts";
import type { Connection } from "./connection/connection.ts";
import { type AppRow, appOf, type ChangeRow, changeOf, USER_COLUMNS, type UserRow, userOf } from "./rows.ts";

/**
 * Users of a deleted app stay until they are purged, but are unknown to reads. EXISTS takes SQLite five times as long.
 */
const APP_EXISTS = "?1 IN (SELECT number FROM apps)";

const APP = "SELECT * FROM apps WHERE number = ?1";
const APPS = "SELECT * FROM apps ORDER BY number";
const SIGNING_KEYS = "SELECT id, secret FROM signing_keys ORDER BY id";
const CHANGES = "SELECT position, kind, user_id FROM changes WHERE position > ?1 ORDER BY position";
const USAGE = "SELECT used FROM app_usage WHERE app = ?1";
const USER = `SELECT ${USER_COLUMNS} FROM users WHERE app = ?1 AND name = ?2 AND ${APP_EXISTS}`;
const USER_BY_ID = `SELECT ${USER_COLUMNS} FROM users WHERE app = ?1 AND id = ?2 AND ${APP_EXISTS}`;
const VERSION_COLUMNS = "id AS userId, bytes, version, attributes_modified AS modified";
const ATTRIBUTES = `
  SELECT ${VERSION_COLUMNS}, attributes AS json FROM users WHERE app = ?1 AND name = ?2 AND ${APP_EXISTS}`;
const VERSION = `SELECT ${VERSION_COLUMNS} FROM users WHERE app = ?1 AND name = ?2 AND ${APP_EXISTS}`;
/**
 * All users in one statement: several times as fast as one by one. `key` is the index in the list. CROSS fixes the join
 * order: SQLite knows no sizes, and would otherwise search the list for every user of the app.
 */
const WANTED_USERS = `
  FROM json_each(?2) AS wanted CROSS JOIN users ON app = ?1 AND name = wanted.value WHERE ${APP_EXISTS}`;
const VERSION_COLUMNS_OF_MANY = "key, users.id AS userId, bytes, version, attributes_modified AS modified";
const ATTRIBUTES_OF_MANY = `SELECT ${VERSION_COLUMNS_OF_MANY}, attributes AS json ${WANTED_USERS}`;
const VERSIONS_OF_MANY = `SELECT ${VERSION_COLUMNS_OF_MANY} ${WANTED_USERS}`;
const USERS = `
  SELECT ${USER_COLUMNS} FROM users WHERE app = ?1 AND ${APP_EXISTS}
  ORDER BY created, name LIMIT ?2`;
const USERS_AFTER = `
  SELECT ${USER_COLUMNS} FROM users WHERE app = ?1 AND (created, name) > (?3, ?4) AND ${APP_EXISTS}
  ORDER BY created, name LIMIT ?2`;

export function readApps(connection: Connection): App[] {
  return connection.all<AppRow>(APPS).map(appOf);
}

export function readApp(connection: Connection, number: number): App | undefined {
  const row = connection.get<AppRow>(APP, number);
  return row === undefined ? undefined : appOf(row);
}

/** For infrequent calls: reads the app and the calling user. */
export function isEnded(connection: Connection, app: number, authority: Authority | undefined): boolean {
  return (
    authority !== undefined && hasEnded(authority, readApp(connection, app), (name) => readUser(connection, app, name))
  );
}

export function readSigningKeys(connection: Connection): SigningKey[] {
  return connection.all<SigningKey>(SIGNING_KEYS);
}

export function readChanges(connection: Connection, cursor: number): FeedPage {
  const rows = connection.all<ChangeRow>(CHANGES, cursor);
  return { cursor: rows.at(-1)?.position ?? cursor, changes: rows.map(changeOf) };
}

export function readUser(connection: Connection, app: number, name: UserName): User | undefined {
  const row = connection.get<UserRow>(USER, app, name);
  return row === undefined ? undefined : userOf(row);
}

export function readUserById(connection: Connection, app: number, id: string): User | undefined {
  const row = connection.get<UserRow>(USER_BY_ID, app, id);
  return row === undefined ? undefined : userOf(row);
}

export function readUsers(
  connection: Connection,
  app: number,
  after: UserCursor | undefined,
  countMax: number,
): User[] {
  const rows =
    after === undefined
      ? connection.all<UserRow>(USERS, app, countMax)
      : connection.all<UserRow>(USERS_AFTER, app, countMax, after.created, after.name);
  return rows.map(userOf);
}

export function readAttributes(connection: Connection, app: number, name: UserName): StoredAttributes | undefined {
  return connection.get<StoredAttributes>(ATTRIBUTES, app, name);
}

export function readAttributesOf(
  connection: Connection,
  app: number,
  names: readonly UserName[],
): (StoredAttributes | undefined)[] {
  return readOfMany<StoredAttributes>(connection, ATTRIBUTES_OF_MANY, app, names);
}

export function readVersion(connection: Connection, app: number, name: UserName): StoredVersion | undefined {
  return connection.get<StoredVersion>(VERSION, app, name);
}

export function readVersionsOf(
  connection: Connection,
  app: number,
  names: readonly UserName[],
): (StoredVersion | undefined)[] {
  return readOfMany<StoredVersion>(connection, VERSIONS_OF_MANY, app, names);
}

function readOfMany<Row>(
  connection: Connection,
  sql: string,
  app: number,
  names: readonly UserName[],
): (Row | undefined)[] {
  const found = new Array<Row | undefined>(names.length).fill(undefined);
  for (const { key, ...row } of connection.all<Row & { key: number }>(sql, app, JSON.stringify(names))) {
    found[key] = row as Row; // as: it is a row without the key
  }
  return found;
}

export function readUsage(connection: Connection, app: number): number {
  return connection.get<{ used: number }>(USAGE, app)?.used ?? 0;
}
