import type { UserName } from "../../../core/model.ts";
import type { Authority } from "../../../core/ports/terms.ts";
import { changedBy, rowsOf } from "../connection/session.ts";
import { RETRY, type Result, type Run } from "../transaction/transact.ts";
import { moveUsageDown } from "../transaction/usage-lanes.ts";
import { authorityRows, refusedBy, USER_ENDS, type UserEndsRow, userEndsOf } from "./authority-rows.ts";

type ClearedRow = readonly [...UserEndsRow, version: number, bytes: number, isStored: number];

/** A delete never answers 409: it is retried until no other write conflicts. */
export async function clearAttributes(
  run: Run,
  lane: number,
  app: number,
  name: UserName,
  now: number,
  authority: Authority | undefined,
): Promise<Result<typeof RETRY | "unauthorised" | undefined>> {
  const answers = await run(...authorityRows(app, authority, [name]), {
    sql:
      `SELECT ${USER_ENDS}, version, bytes, attributes <> '{}' FROM users ` +
      "WHERE app = ? AND name = ? FOR UPDATE NOWAIT",
    values: [app, name],
  });
  const [row] = rowsOf<ClearedRow>(answers.at(-1));
  const refused = refusedBy(authority, answers.slice(0, -1), () => row && userEndsOf(row));
  if (refused === "unauthorised") return { keep: false, value: refused };
  if (refused !== undefined || row === undefined) return { keep: false, value: undefined };
  const [id, , , version, bytes, isStored] = row;
  if (isStored === 0) return { keep: false, value: undefined };
  const [cleared] = await run({
    sql:
      "UPDATE users SET attributes = '{}', bytes = 0, version = version + 1, " +
      "attributes_modified = GREATEST(?, attributes_modified + 1) " +
      "WHERE app = ? AND name = ? AND id = ? AND version = ?",
    values: [now, app, name, id, version],
  });
  if (changedBy(cleared) !== 1) return { keep: false, value: RETRY };
  if (!(await moveUsageDown(run, app, lane, -bytes))) return { keep: false, value: RETRY };
  return { keep: true, value: undefined };
}
