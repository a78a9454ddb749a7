/**
 * How an app's limit is kept without a row that every write must change (docs/decisions/0010). Each writing connection
 * has a lane of its own in `app_usage`: what its writes have added, and what it was granted. While every lane keeps to
 * its grant and the grants together to the limit, so does the app. Grants move only in transactions that change every
 * row that they are reckoned from, so that two of them can never both be right about the past: Galera orders writes
 * of rows, and nothing else.
 *
 * Lane 0 is the pool, no part of the sum. All lanes that were granted something bear the limit that the grants were made under; a write
 * under another limit finds no grant, and the lanes are then made anew from what is used.
 */
import { changedBy, rowsOf, type Statement } from "../connection/session.ts";
import type { Result, Run } from "./transact.ts";

export type Grant = "granted" | "full" | "app_unknown" | "conflict";

/** What one lane may be ahead of its use, so that grants are seldom asked for; and which part of what is free. */
const AHEAD_BYTES_MAX = 67_108_864;
const AHEAD_PART = 4;

const POOL = 0;

/**
 * Of a lane that was granted nothing yet. Not the pool's limit, which somebody may be changing: a lane that he does not
 * see would be left with the one of before, and what is given back in it be used under that.
 */
const NO_LIMIT = -1;

type Row = readonly [lane: number, used: number, granted: number, bytesMax: number];

interface Lane {
  readonly lane: number;
  readonly used: number;
  readonly granted: number;
}

/** Refused (0 rows changed) when the lane has no room, or was granted under another limit. */
export function useGranted(app: number, lane: number, growth: number, bytesMax: number): Statement {
  return {
    sql: "UPDATE app_usage SET used = used + ? WHERE app = ? AND lane = ? AND used + ? <= granted AND bytes_max = ?",
    values: [growth, app, lane, growth, bytesMax],
  };
}

/** For what makes nothing larger. Refused (0 rows changed) only when the lane is not there. */
export function returnToLane(app: number, lane: number, growth: number): Statement {
  return {
    sql: "UPDATE app_usage SET used = used + ? WHERE app = ? AND lane = ?",
    values: [growth, app, lane],
  };
}

/** Makes the app's usage smaller, in a lane that may have to be made; false when the app is no more. */
export async function moveUsageDown(run: Run, app: number, lane: number, growth: number): Promise<boolean> {
  const [moved] = await run(returnToLane(app, lane, growth));
  if (changedBy(moved) === 1) return true;
  const [, , again] = await run(makeLane(app, lane), movePool(app), returnToLane(app, lane, growth));
  return changedBy(again) === 1;
}

/**
 * The pool's `used` counts the moves, so that whoever moves grants changes the pool, and not only locks it: of two nodes
 * that do so at the same time Galera then refuses one.
 */
function movePool(app: number): Statement {
  return { sql: "UPDATE app_usage SET used = used + 1 WHERE app = ? AND lane = ?", values: [app, POOL] };
}

/** What makes the lane, unless it is there already, or its app no more: waits for whoever is just deleting it. */
function makeLane(app: number, lane: number): Statement {
  return {
    sql:
      "INSERT IGNORE INTO app_usage (app, lane, used, granted, bytes_max) " +
      "SELECT app, ?, 0, 0, ? FROM app_usage WHERE app = ? AND lane = ? FOR UPDATE",
    values: [lane, NO_LIMIT, app, POOL],
  };
}

export function makePool(app: number): Statement {
  return {
    sql: "INSERT INTO app_usage (app, lane, used, granted, bytes_max) VALUES (?, ?, 0, 0, 0)",
    values: [app, POOL],
  };
}

/**
 * Makes room for `growth` in the lane, from what is free or from what other lanes do not use. "full" only when all
 * that is used and the growth are past the limit; "conflict" when a lane has moved meanwhile.
 *
 * @param growthOfAll of several writes together. Where they make the usage smaller, room is made for as much as is used
 *   already: a lane that was granted less than it uses, and then not written to, would leave its bytes to others.
 */
export async function grant(
  run: Run,
  app: number,
  lane: number,
  growthOfAll: number,
  bytesMax: number,
): Promise<Result<Grant>> {
  const growth = Math.max(0, growthOfAll);
  const [, answer] = await run(makeLane(app, lane), {
    sql: "SELECT lane, used, granted, bytes_max FROM app_usage WHERE app = ? ORDER BY lane",
    values: [app],
  });
  const rows = rowsOf<Row>(answer);
  const pool = rows.find(([number]) => number === POOL);
  if (pool === undefined) return { keep: false, value: "app_unknown" };
  const lanes = rows
    .filter(([number]) => number !== POOL)
    .map(([number, used, granted]) => ({ lane: number, used, granted }));
  const used = lanes.reduce((sum, other) => sum + other.used, 0);
  if (used + growth > bytesMax) return { keep: false, value: "full" };
  const [, , poolGranted, grantedUnder] = pool;
  const statements =
    grantedUnder === bytesMax
      ? moved(app, lane, growth, bytesMax, lanes, poolGranted)
      : madeAnew(app, lane, growth, bytesMax, lanes, { granted: poolGranted, bytesMax: grantedUnder, used });
  if (statements === undefined) return { keep: false, value: "conflict" };
  const answers = await run(...statements);
  const isConflicting = answers.some((changed) => changedBy(changed) !== 1);
  return isConflicting ? { keep: false, value: "conflict" } : { keep: true, value: "granted" };
}

/** Every statement must change one row; undefined when the lanes do not hold what they must by their sums. */
function moved(
  app: number,
  lane: number,
  growth: number,
  bytesMax: number,
  lanes: readonly Lane[],
  poolGranted: number,
): readonly Statement[] | undefined {
  const own = lanes.find((other) => other.lane === lane);
  if (own === undefined) return undefined;
  const need = growth + own.used - own.granted;
  const free = bytesMax - poolGranted;
  const toTake = Math.max(0, need - free);
  const takes = taken(app, lane, toTake, lanes);
  if (takes === undefined) return undefined;
  const fromPool = Math.max(0, need + aheadOf(free - need, lanes.length)) - toTake;
  return [
    ...takes,
    // Also when nothing is taken from it: it says which limit the grants are under.
    {
      sql:
        "UPDATE app_usage SET granted = granted + ?, used = used + 1 " +
        "WHERE app = ? AND lane = ? AND granted + ? <= ? AND bytes_max = ?",
      values: [fromPool, app, POOL, fromPool, bytesMax, bytesMax],
    },
    // Whatever limit it bears: its grants are under the pool's, or it was made of late and has none.
    {
      sql: "UPDATE app_usage SET granted = ?, bytes_max = ? WHERE app = ? AND lane = ? AND granted = ?",
      values: [own.granted + fromPool + toTake, bytesMax, app, lane, own.granted],
    },
  ];
}

/** What other lanes do not use, as much as is wanted. */
function taken(app: number, lane: number, bytes: number, lanes: readonly Lane[]): readonly Statement[] | undefined {
  const statements: Statement[] = [];
  let missing = bytes;
  for (const other of lanes) {
    const part = Math.min(missing, other.granted - other.used);
    if (other.lane === lane || part <= 0) continue;
    missing -= part;
    statements.push({
      sql: "UPDATE app_usage SET granted = granted - ? WHERE app = ? AND lane = ? AND granted - ? >= used",
      values: [part, app, other.lane, part],
    });
  }
  return missing === 0 ? statements : undefined;
}

/** Under a new limit every lane keeps what it uses, and nothing that it does not. */
function madeAnew(
  app: number,
  lane: number,
  growth: number,
  bytesMax: number,
  lanes: readonly Lane[],
  pool: { readonly granted: number; readonly bytesMax: number; readonly used: number },
): readonly Statement[] {
  const ahead = aheadOf(bytesMax - pool.used - growth, lanes.length);
  const additional = growth + ahead;
  return [
    {
      sql:
        "UPDATE app_usage SET granted = ?, bytes_max = ?, used = used + 1 " +
        "WHERE app = ? AND lane = ? AND granted = ? AND bytes_max = ?",
      values: [pool.used + additional, bytesMax, app, POOL, pool.granted, pool.bytesMax],
    },
    ...lanes.map((other) => ({
      sql: "UPDATE app_usage SET granted = ?, bytes_max = ? WHERE app = ? AND lane = ? AND used = ? AND granted = ?",
      values: [
        other.used + (other.lane === lane ? additional : 0),
        bytesMax,
        app,
        other.lane,
        other.used,
        other.granted,
      ],
    })),
  ];
}

function aheadOf(free: number, lanes: number): number {
  return Math.max(0, Math.min(AHEAD_BYTES_MAX, Math.floor(free / (AHEAD_PART * Math.max(1, lanes)))));
}
