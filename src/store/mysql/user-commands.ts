import { changedUser } from "../../core/changes.ts";
import type { User, UserName } from "../../core/model.ts";
import type { NewUser, UserChange } from "../../core/ports.ts";
import { announce } from "./feed.ts";
import { USER_COLUMNS, type UserRow, userOf } from "./rows.ts";
import { changedBy, rowsOf, type Statement } from "./session.ts";
import { OUTRUN, type Result, type Run } from "./transact.ts";
import { moveUsageDown } from "./usage-lanes.ts";

/** Whether the app is there; keeps it from being deleted before the end of the transaction. */
const APP: (app: number) => Statement = (app) => ({
  sql: "SELECT number FROM apps WHERE number = ? LOCK IN SHARE MODE",
  values: [app],
});

export async function insertUsers(
  run: Run,
  app: number,
  users: readonly NewUser[],
): Promise<Result<("inserted" | "taken")[] | undefined>> {
  const names = [...new Set(users.map(({ name }) => name))];
  const [found, present] = await run(APP(app), {
    sql: "SELECT name FROM users WHERE app = ? AND name IN (?)",
    values: [app, names.length === 0 ? [""] : names],
  });
  if (rowsOf(found).length === 0) return { keep: false, value: undefined };
  const taken = new Set(rowsOf<[string]>(present).map(([name]) => name));
  const inserted: NewUser[] = [];
  const results = users.map((user) => {
    if (taken.has(user.name)) return "taken";
    taken.add(user.name);
    inserted.push(user);
    return "inserted";
  });
  if (inserted.length === 0) return { keep: false, value: results };
  await run({
    sql:
      "INSERT INTO users (app, name, id, activated, created, modified, tokens_valid_after, bytes, version, " +
      "attributes_modified, password_hash, nickname, attributes) VALUES " +
      inserted.map(() => "(?, ?, ?, 1, ?, ?, 0, 0, 0, ?, ?, ?, '{}')").join(", "),
    values: inserted.flatMap(({ name, id, created, passwordHash, nickname }) => [
      app,
      name,
      id,
      created,
      created,
      created,
      passwordHash,
      nickname,
    ]),
  });
  return { keep: true, value: results };
}

export async function changeUser(
  run: Run,
  app: number,
  name: UserName,
  change: UserChange,
  now: number,
): Promise<Result<User | undefined | typeof OUTRUN>> {
  const [found, answer] = await run(APP(app), {
    sql: `SELECT ${USER_COLUMNS} FROM users WHERE app = ? AND name = ? FOR UPDATE NOWAIT`,
    values: [app, name],
  });
  const [row] = rowsOf<UserRow>(answer);
  if (rowsOf(found).length === 0 || row === undefined) return { keep: false, value: undefined };
  const former = userOf(row);
  const user = changedUser(former, change, now);
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
  if (changedBy(changed) !== 1) return { keep: false, value: OUTRUN };
  if (change.endTokens) await announce(run, [{ kind: "user", userId: user.id }], now);
  return { keep: true, value: user };
}

type RemovedRow = readonly [...UserRow, bytes: number, version: number];

export async function deleteUsers(
  run: Run,
  lane: number,
  app: number,
  names: readonly UserName[],
  now: number,
): Promise<Result<User[] | typeof OUTRUN>> {
  if (names.length === 0) return { keep: false, value: [] };
  const [found, answer] = await run(APP(app), {
    sql: `SELECT ${USER_COLUMNS}, bytes, version FROM users WHERE app = ? AND name IN (?) FOR UPDATE NOWAIT`,
    values: [app, names],
  });
  const rows = rowsOf<RemovedRow>(answer);
  if (rowsOf(found).length === 0 || rows.length === 0) return { keep: false, value: [] };
  const byName = new Map(rows.map((row) => [row[1], row]));
  const removed = [...new Set(names)].map((name) => byName.get(name)).filter((row) => row !== undefined);
  const [deleted] = await run({
    sql: `DELETE FROM users WHERE app = ? AND (${removed.map(() => "name = ? AND version = ?").join(" OR ")})`,
    values: [app, ...removed.flatMap((row) => [row[1], row[9]])],
  });
  if (changedBy(deleted) !== removed.length) return { keep: false, value: OUTRUN };
  const bytes = removed.reduce((sum, row) => sum + row[8], 0);
  if (!(await moveUsageDown(run, app, lane, -bytes))) return { keep: false, value: OUTRUN };
  const users = removed.map(([id, name, hash, activated, nickname, created, modified, valid]) =>
    userOf([id, name, hash, activated, nickname, created, modified, valid]),
  );
  await announce(
    run,
    users.map(({ id }) => ({ kind: "user", userId: id })),
    now,
  );
  return { keep: true, value: users };
}
