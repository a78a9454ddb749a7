import type { UserName } from "../../core/model.ts";
import { changedBy, rowsOf } from "./session.ts";
import { OUTRUN, type Result, type Run } from "./transact.ts";
import { moveUsageDown } from "./usage-lanes.ts";

/** A delete never conflicts: it is run again until it was not outrun. */
export async function clearAttributes(
  run: Run,
  lane: number,
  app: number,
  name: UserName,
  now: number,
): Promise<Result<typeof OUTRUN | undefined>> {
  const [answer] = await run({
    sql:
      "SELECT id, version, bytes FROM users WHERE app = ? AND name = ? AND attributes <> '{}' " +
      "AND EXISTS (SELECT 1 FROM apps WHERE number = ?) FOR UPDATE NOWAIT",
    values: [app, name, app],
  });
  const [row] = rowsOf<[string, number, number]>(answer);
  if (row === undefined) return { keep: false, value: undefined };
  const [id, version, bytes] = row;
  const [cleared] = await run({
    sql:
      "UPDATE users SET attributes = '{}', bytes = 0, version = version + 1, " +
      "attributes_modified = GREATEST(?, attributes_modified + 1) " +
      "WHERE app = ? AND name = ? AND id = ? AND version = ?",
    values: [now, app, name, id, version],
  });
  if (changedBy(cleared) !== 1) return { keep: false, value: OUTRUN };
  if (!(await moveUsageDown(run, app, lane, -bytes))) return { keep: false, value: OUTRUN };
  return { keep: true, value: undefined };
}
