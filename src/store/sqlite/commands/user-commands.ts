import { isLikeId, type User, type UserName } from "../../../core/model.ts";
import type { Authority, DeletionTerms, UserTerms } from "../../../core/ports/terms.ts";
import type { NewUser, UserChange } from "../../../core/ports/user-store.ts";
import { changedUser } from "../../../core/updated-entities.ts";
import type { Connection } from "../connection/connection.ts";
import { appendChange } from "../feed.ts";
import { isEnded, readApp, readUser } from "../reads.ts";
import { USER_COLUMNS, type UserRow, userOf } from "../rows.ts";

/** ?7: the name if it could be another user's id, else NULL, which saves a lookup. */
const INSERT = `
  INSERT INTO users (
    app, name, id, activated, created, modified, tokens_valid_after, bytes, version, attributes_modified,
    password_hash, nickname, attributes
  )
  SELECT ?1, ?2, ?3, 1, ?4, ?4, 0, 0, 0, ?4, ?5, ?6, '{}'
  WHERE NOT EXISTS (SELECT 1 FROM users WHERE app = ?1 AND id IN (?3, ?7))
  AND NOT EXISTS (SELECT 1 FROM users WHERE app = ?1 AND name = ?3)
  ON CONFLICT (app, name) DO NOTHING`;

export function insertUsers(
  connection: Connection,
  app: number,
  users: readonly NewUser[],
  authority?: Authority,
): ("inserted" | "taken")[] | "unauthorised" | undefined {
  if (readApp(connection, app) === undefined) return undefined;
  if (isEnded(connection, app, authority)) return "unauthorised";
  return users.map(({ name, id, created, passwordHash, nickname }) => {
    const asId = isLikeId(name) ? name : null;
    const inserted = connection.run(INSERT, app, name, id, created, passwordHash, nickname, asId);
    return inserted === 1 ? "inserted" : "taken";
  });
}

export function changeUser(
  connection: Connection,
  app: number,
  name: UserName,
  change: UserChange,
  now: number,
  { authority, only }: UserTerms = {},
): User | "unauthorised" | "conflict" | undefined {
  if (isEnded(connection, app, authority)) return "unauthorised";
  const user = changedUser(readUser(connection, app, name), change, now, only);
  if (user === undefined || user === "conflict") return user;
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
  if (change.revokeTokens) appendChange(connection, [{ kind: "user", userId: user.id }], now);
  return user;
}

export function deleteUsers(
  connection: Connection,
  app: number,
  names: readonly UserName[],
  now: number,
  { authority, ids }: DeletionTerms = {},
): User[] | "unauthorised" {
  if (readApp(connection, app) === undefined) return [];
  if (isEnded(connection, app, authority)) return "unauthorised";
  const removed: User[] = [];
  let bytes = 0;
  for (const [index, name] of names.entries()) {
    const row = connection.get<UserRow & { bytes: number }>(
      `DELETE FROM users WHERE app = ?1 AND name = ?2 AND (?3 IS NULL OR id = ?3) RETURNING ${USER_COLUMNS}, bytes`,
      app,
      name,
      ids === undefined ? null : (ids[index] ?? ""),
    );
    if (row === undefined) continue;
    removed.push(userOf(row));
    bytes += row.bytes;
  }
  if (removed.length === 0) return removed;
  connection.run("UPDATE app_usage SET used = used - ?2 WHERE app = ?1", app, bytes);
  const changes = removed.map(({ id }) => ({ kind: "user", userId: id }) as const);
  appendChange(connection, changes, now);
  return removed;
}
