import type { User, UserName } from "../../../core/model.ts";
import type { Authority, DeletionTerms, UserTerms } from "../../../core/ports/terms.ts";
import type { NewUser, UserChange } from "../../../core/ports/user-store.ts";
import { changedUser } from "../../../core/updated-entities.ts";
import { authorityRows, refusedBy } from "../attributes/authority-rows.ts";
import { SHARED } from "../attributes/shared-locks.ts";
import { changedBy, rowsOf, type Statement } from "../connection/session.ts";
import { USER_COLUMNS, type UserRow, userOf } from "../rows.ts";
import { appendChange } from "../servers/feed.ts";
import { RETRY, type Result, type Run } from "./transact.ts";
import { moveUsageDown } from "./usage-lanes.ts";

export async function insertUsers(
  run: Run,
  app: number,
  users: readonly NewUser[],
  authority: Authority | undefined,
): Promise<Result<("inserted" | "taken")[] | "unauthorised" | undefined | typeof RETRY>> {
  const answers = await run(...authorityRows(app, authority, []), ...takenBy(app, users));
  const refused = refusedBy(authority, answers.slice(0, -2), () => undefined);
  if (refused !== undefined) return { keep: false, value: refused === "unauthorised" ? refused : undefined };
  const taken = new Set(answers.slice(-2).flatMap((answer) => rowsOf<KnownRow>(answer).flat()));
  const inserted: NewUser[] = [];
  const results = users.map((user) => {
    const { name, id } = user;
    if (taken.has(name) || taken.has(id)) return "taken";
    taken.add(name).add(id);
    inserted.push(user);
    return "inserted";
  });
  if (inserted.length === 0) return { keep: false, value: results };
  // Concurrent inserts are not visible yet. Each transaction checks again with locks after its own inserts, and waits
  // for the others: so at least one of two finds the other's users.
  const [, ...recheck] = await run(insertion(app, inserted), ...takenBy(app, inserted, SHARED));
  const own = new Set<string>(inserted.map(({ name }) => name));
  const isConflicting = recheck.some((answer) => rowsOf<KnownRow>(answer).some(([name]) => !own.has(name)));
  return isConflicting ? { keep: false, value: RETRY } : { keep: true, value: results };
}

type KnownRow = readonly [name: string, id: string];

/** Users that have one of these names or ids, as a name or as an id. */
function takenBy(app: number, users: readonly NewUser[], locking = ""): readonly Statement[] {
  const texts = users.flatMap(({ name, id }) => [name, id]);
  const values = [app, texts.length === 0 ? [""] : texts];
  // The indexes are named, because a scan would wait for every lock on a user of the app.
  return [
    { sql: `SELECT name, id FROM users FORCE INDEX (PRIMARY) WHERE app = ? AND name IN (?) ${locking}`, values },
    { sql: `SELECT name, id FROM users FORCE INDEX (users_by_id) WHERE app = ? AND id IN (?) ${locking}`, values },
  ];
}

function insertion(app: number, users: readonly NewUser[]): Statement {
  return {
    sql:
      "INSERT INTO users (app, name, id, activated, created, modified, tokens_valid_after, bytes, version, " +
      "attributes_modified, password_hash, nickname, attributes) VALUES " +
      users.map(() => "(?, ?, ?, 1, ?, ?, 0, 0, 0, ?, ?, ?, '{}')").join(", "),
    values: users.flatMap(({ name, id, created, passwordHash, nickname }) => [
      app,
      name,
      id,
      created,
      created,
      created,
      passwordHash,
      nickname,
    ]),
  };
}

export async function changeUser(
  run: Run,
  app: number,
  name: UserName,
  change: UserChange,
  now: number,
  { authority, only }: UserTerms,
): Promise<Result<User | "unauthorised" | "conflict" | undefined | typeof RETRY>> {
  const answers = await run(...authorityRows(app, authority, [name]), {
    sql: `SELECT ${USER_COLUMNS} FROM users WHERE app = ? AND name = ? FOR UPDATE NOWAIT`,
    values: [app, name],
  });
  const [former] = rowsOf<UserRow>(answers.at(-1)).map(userOf);
  const refused = refusedBy(authority, answers.slice(0, -1), () => former);
  if (refused === "unauthorised") return { keep: false, value: refused };
  if (refused !== undefined || former === undefined) return { keep: false, value: undefined };
  const user = changedUser(former, change, now, only);
  if (user === undefined || user === "conflict") return { keep: false, value: user };
  const [changed] = await run({
    sql:
      "UPDATE users SET password_hash = ?, activated = ?, modified = ?, tokens_valid_after = ? " +
      "WHERE app = ? AND name = ? AND id = ? AND modified = ? AND tokens_valid_after = ? " +
      "AND activated = ? AND password_hash <=> ?",
    values: [
      user.passwordHash,
      user.activated ? 1 : 0,
      user.modified,
      user.tokensValidAfter,
      app,
      name,
      former.id,
      former.modified,
      former.tokensValidAfter,
      former.activated ? 1 : 0,
      former.passwordHash,
    ],
  });
  if (changedBy(changed) !== 1) return { keep: false, value: RETRY };
  if (change.revokeTokens) await appendChange(run, [{ kind: "user", userId: user.id }], now);
  return { keep: true, value: user };
}

type RemovedRow = readonly [...UserRow, bytes: number, version: number];

export async function deleteUsers(
  run: Run,
  lane: number,
  app: number,
  names: readonly UserName[],
  now: number,
  { authority, ids }: DeletionTerms,
): Promise<Result<User[] | "unauthorised" | typeof RETRY>> {
  const answers = await run(...authorityRows(app, authority, names), {
    sql: `SELECT ${USER_COLUMNS}, bytes, version FROM users WHERE app = ? AND name IN (?) FOR UPDATE NOWAIT`,
    values: [app, names.length === 0 ? [""] : names],
  });
  const byName = new Map(rowsOf<RemovedRow>(answers.at(-1)).map((row) => [row[1], row]));
  const target = (name: UserName): User | undefined => {
    const row = byName.get(name);
    return row && userOf(row);
  };
  const refused = refusedBy(authority, answers.slice(0, -1), target);
  if (refused !== undefined) return { keep: false, value: refused === "unauthorised" ? refused : [] };
  const meant = names.filter((name, index) => ids === undefined || byName.get(name)?.[0] === ids[index]);
  const removed = [...new Set(meant)].map((name) => byName.get(name)).filter((row) => row !== undefined);
  if (removed.length === 0) return { keep: false, value: [] };
  const [deleted] = await run({
    sql: `DELETE FROM users WHERE app = ? AND (${removed.map(() => "name = ? AND version = ?").join(" OR ")})`,
    values: [app, ...removed.flatMap((row) => [row[1], row[9]])],
  });
  if (changedBy(deleted) !== removed.length) return { keep: false, value: RETRY };
  const bytes = removed.reduce((sum, row) => sum + row[8], 0);
  if (!(await moveUsageDown(run, app, lane, -bytes))) return { keep: false, value: RETRY };
  const users = removed.map(userOf);
  await appendChange(
    run,
    users.map(({ id }) => ({ kind: "user", userId: id })),
    now,
  );
  return { keep: true, value: users };
}
