import { changedUser } from "../../core/changes.ts";
import type { User, UserName } from "../../core/model.ts";
import type { NewUser, UserChange } from "../../core/ports.ts";
import type { Connection } from "./connection.ts";
import { announce } from "./feed.ts";
import { readApp, readUser } from "./reads.ts";
import { USER_COLUMNS, type UserRow, userOf } from "./rows.ts";

const INSERT = `
  INSERT INTO users (
    app, name, id, activated, created, modified, tokens_valid_after, bytes, version, attributes_modified,
    password_hash, nickname, attributes
  ) VALUES (?1, ?2, ?3, 1, ?4, ?4, 0, 0, 0, ?4, ?5, ?6, '{}')
  ON CONFLICT (app, name) DO NOTHING`;

export function insertUsers(
  connection: Connection,
  app: number,
  users: readonly NewUser[],
): ("inserted" | "taken")[] | undefined {
  if (readApp(connection, app) === undefined) return undefined;
  return users.map(({ name, id, created, passwordHash, nickname }) =>
    connection.run(INSERT, app, name, id, created, passwordHash, nickname) === 1 ? "inserted" : "taken",
  );
}

export function changeUser(
  connection: Connection,
  app: number,
  name: UserName,
  change: UserChange,
  now: number,
): User | undefined {
  const former = readUser(connection, app, name);
  if (former === undefined) return undefined;
  const user = changedUser(former, change, now);
  connection.run(
    `UPDATE users SET password_hash = ?3, activated = ?4, modified = ?5, tokens_valid_after = ?6
     WHERE app = ?1 AND name = ?2`,
    app,
    name,
    user.passwordHash,
    user.activated ? 1 : 0,
    user.modified,
    user.tokensValidAfter,
  );
  if (change.endTokens) announce(connection, [{ kind: "user", userId: user.id }], now);
  return user;
}

export function deleteUsers(connection: Connection, app: number, names: readonly UserName[], now: number): User[] {
  if (readApp(connection, app) === undefined) return [];
  const removed: User[] = [];
  let bytes = 0;
  for (const name of names) {
    const row = connection.get<UserRow & { bytes: number }>(
      `DELETE FROM users WHERE app = ?1 AND name = ?2 RETURNING ${USER_COLUMNS}, bytes`,
      app,
      name,
    );
    if (row === undefined) continue;
    removed.push(userOf(row));
    bytes += row.bytes;
  }
  if (removed.length === 0) return removed;
  connection.run("UPDATE app_usage SET used = used - ?2 WHERE app = ?1", app, bytes);
  const changes = removed.map(({ id }) => ({ kind: "user", userId: id }) as const);
  announce(connection, changes, now);
  return removed;
}
