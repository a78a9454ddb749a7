/**
 * Keeps an app within its limit without a row that every write must change: a sharded counter with escrow (a bounded
 * counter; docs/decisions/0010). Each writing connection has a lane in `app_usage`: the bytes its writes have added,
 * and the bytes granted to it. While every lane stays within its grant, and the sum of grants within the limit, so does
 * the app. A transaction that moves grants changes every row that its calculation is based on, so that two of them
 * cannot both commit: Galera orders writes of rows, and nothing else.
 *
 * Lane 0 is the pool, and no part of the sum. Every lane with a grant records the limit that the grant was made under.
 * A write under another limit finds no grant; the grants are then recalculated from the usage.
 */
import { changedBy, rowsOf, type Statement } from "../connection/session.ts";
import type { Result, Run } from "./transact.ts";

export type Grant = "granted" | "full" | "app_unknown" | "conflict";

/** A lane may be granted this much, and at most this part of the free bytes, in advance, so that grants are rare. */
const AHEAD_BYTES_MAX = 67_108_864;
const AHEAD_PART = 4;

const POOL = 0;

/**
 * The limit of a lane without grants. Not the pool's limit, which another transaction may be changing: it would not see
 * a new lane, and bytes returned to that lane could be used under the old limit.
 */
const NO_LIMIT = -1;

type Row = readonly [lane: number, used: number, granted: number, bytesMax: number];

interface Lane {
  readonly lane: number;
  readonly used: number;
  readonly granted: number;
}

/** Changes 0 rows if the lane has no room or was granted under another limit. */
export function useGranted(app: number, lane: number, growth: number, bytesMax: number): Statement {
  return {
    sql: "UPDATE app_usage SET used = used + ? WHERE app = ? AND lane = ? AND used + ? <= granted AND bytes_max = ?",
    values: [growth, app, lane, growth, bytesMax],
  };
}

/** For writes that grow nothing. Changes 0 rows only if the lane does not exist. */
export function returnToLane(app: number, lane: number, growth: number): Statement {
  return {
    sql: "UPDATE app_usage SET used = used + ? WHERE app = ? AND lane = ?",
    values: [growth, app, lane],
  };
}

/** Reduces the app's usage, in a lane that is created if necessary; false if the app is gone. */
export async function moveUsageDown(run: Run, app: number, lane: number, growth: number): Promise<boolean> {
  const [moved] = await run(returnToLane(app, lane, growth));
  if (changedBy(moved) === 1) return true;
  const [, , retried] = await run(makeLane(app, lane), movePool(app), returnToLane(app, lane, growth));
  return changedBy(retried) === 1;
}

/**
 * The pool's `used` counts the moves of grants: every transaction that moves grants changes the pool instead of only
 * locking it, so that Galera refuses one of two on different nodes.
 */
function movePool(app: number): Statement {
  return { sql: "UPDATE app_usage SET used = used + 1 WHERE app = ? AND lane = ?", values: [app, POOL] };
}

/** Creates the lane unless it exists or its app is gone; waits for a transaction that is deleting the app. */
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
 * Grants the lane room for `growth`, from free bytes or from unused grants of other lanes. "full" only if usage and
 * growth exceed the limit; "conflict" if a lane has changed meanwhile.
 *
 * @param growthOfAll of several writes together. If negative, the lane is granted what it uses already: a lane that was
 *   granted less than it uses, and is not written to then, would leave its bytes to others.
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
      ? movedGrants(app, lane, growth, bytesMax, lanes, poolGranted)
      : recalculatedGrants(app, lane, growth, bytesMax, lanes, { granted: poolGranted, bytesMax: grantedUnder, used });
  if (statements === undefined) return { keep: false, value: "conflict" };
  const answers = await run(...statements);
  const isConflicting = answers.some((changed) => changedBy(changed) !== 1);
  return isConflicting ? { keep: false, value: "conflict" } : { keep: true, value: "granted" };
}

/** Each statement must change one row; undefined if the lanes do not add up. */
function movedGrants(
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
  const reclaims = reclaimedGrants(app, lane, toTake, lanes);
  if (reclaims === undefined) return undefined;
  const fromPool = Math.max(0, need + aheadOf(free - need, lanes.length)) - toTake;
  return [
    ...reclaims,
    // Runs also if nothing is taken from the pool: it checks the limit of the grants.
    {
      sql:
        "UPDATE app_usage SET granted = granted + ?, used = used + 1 " +
        "WHERE app = ? AND lane = ? AND granted + ? <= ? AND bytes_max = ?",
      values: [fromPool, app, POOL, fromPool, bytesMax, bytesMax],
    },
    // The lane's recorded limit does not matter: its grants are under the pool's limit, or it is new and has none.
    {
      sql: "UPDATE app_usage SET granted = ?, bytes_max = ? WHERE app = ? AND lane = ? AND granted = ?",
      values: [own.granted + fromPool + toTake, bytesMax, app, lane, own.granted],
    },
  ];
}

/** Takes the wanted bytes from unused grants of other lanes. */
function reclaimedGrants(
  app: number,
  lane: number,
  bytes: number,
  lanes: readonly Lane[],
): readonly Statement[] | undefined {
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

/** Under a new limit every lane keeps a grant of exactly what it uses. */
function recalculatedGrants(
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
