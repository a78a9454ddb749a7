/**
 * Attributes: many reads coalesced into one query (coalesced-reads.ts), many sets in one transaction (this file). This
 * is where the database decides that a set conflicts (409, no lost update): the version it names is no longer the
 * stored one.
 */
import type { AttributesWrite } from "../../../core/ports/attribute-store.ts";
import type { Deadline } from "../connection/deadline.ts";
import { type Answer, changedBy, rowsOf, type Session, type Statement } from "../connection/session.ts";
import type { Result, Run } from "../transaction/transact.ts";
import { moveUsageDown, returnToLane, useGranted } from "../transaction/usage-lanes.ts";
import { withRetry } from "../transaction/with-retry.ts";
import { type BatchedWrite, BatchRows, isBlocked, isUnauthorised } from "./batch-rows.ts";

/**
 * The result of a batch: either all writes were made, or none, and the kind says why: writes without authority, writes
 * whose user or version has changed (see `outdatedOf`), an app that is gone, or an app whose lane has no room.
 */
export type BatchResult =
  | { readonly kind: "written" }
  | { readonly kind: "unauthorised"; readonly writes: ReadonlySet<BatchedWrite> }
  | { readonly kind: "outdated" }
  | { readonly kind: "app_unknown"; readonly app: number }
  | { readonly kind: "no_room"; readonly app: number; readonly growth: number; readonly bytesMax: number };

/**
 * Writes of different users, in one transaction. Fails without waiting if another transaction holds one of their rows
 * (see `lockedOf`): waiting would block the whole batch.
 */
export async function writeBatch(run: Run, lane: number, batch: readonly BatchedWrite[]): Promise<Result<BatchResult>> {
  const writes = batch.map(({ write }) => write);
  const growths = growthsOf(writes);
  const rows = new BatchRows(batch);
  const locks = rows.statements("nowait");
  const packets = inPackets(writes).map((packet) => [upsert(packet)]);
  packets[0]?.unshift(...locks);
  packets.at(-1)?.push(...growths.map((growth) => moveUsage(lane, growth)));
  const answers: Answer[] = [];
  for (const packet of packets) answers.push(...(await run(...packet)));
  const found = rows.found(answers.slice(0, locks.length));
  const unauthorised = new Set(batch.filter((each) => isUnauthorised(each, found)));
  if (unauthorised.size > 0) return { keep: false, value: { kind: "unauthorised", writes: unauthorised } };
  const upserted = answers.slice(locks.length, answers.length - growths.length);
  const moved = answers.slice(answers.length - growths.length);
  const changed = upserted.reduce((sum, answer) => sum + changedBy(answer), 0);
  if (changed !== writes.length * CHANGED) return { keep: false, value: { kind: "outdated" } };
  for (const [index, { app, growth, bytesMax, isBounded }] of growths.entries()) {
    if (changedBy(moved[index]) === 1) continue;
    if (isBounded) return { keep: false, value: { kind: "no_room", app, growth, bytesMax } };
    if (await moveUsageDown(run, app, lane, growth)) continue;
    return { keep: false, value: { kind: "app_unknown", app } };
  }
  return { keep: true, value: { kind: "written" } };
}

/** Splits writes so that each packet stays far below the limit of the database. */
function inPackets(writes: readonly AttributesWrite[]): readonly (readonly AttributesWrite[])[] {
  const packets: AttributesWrite[][] = [];
  let room = 0;
  for (const write of writes) {
    if (write.json.length > room || packets.length === 0) {
      packets.push([]);
      room = STATEMENT_CHARACTERS_MAX;
    }
    packets.at(-1)?.push(write);
    room -= write.json.length;
  }
  return packets;
}

interface Growth {
  readonly app: number;
  readonly growth: number;
  readonly bytesMax: number;
  /** At least one of the app's writes makes its user larger. */
  readonly isBounded: boolean;
}

function growthsOf(writes: readonly AttributesWrite[]): readonly Growth[] {
  const growths = new Map<number, Growth>();
  for (const { app, growth, appBytesMax } of writes) {
    const former = growths.get(app);
    growths.set(app, {
      app,
      growth: growth + (former?.growth ?? 0),
      bytesMax: Math.min(appBytesMax, former?.bytesMax ?? appBytesMax),
      isBounded: growth > 0 || (former?.isBounded ?? false),
    });
  }
  return [...growths.values()];
}

/** Runs for a sum of 0, too: it fails if the app, and so its lane, is gone. */
function moveUsage(lane: number, { app, growth, bytesMax, isBounded }: Growth): Statement {
  return isBounded ? useGranted(app, lane, growth, bytesMax) : returnToLane(app, lane, growth);
}

/** The attributes of one statement, at most. */
export const STATEMENT_CHARACTERS_MAX = 1_000_000;

/** The count of an upsert per changed row; an unchanged or inserted row counts one. */
const CHANGED = 2;

const COLUMNS =
  "app, name, id, activated, created, modified, tokens_valid_after, bytes, version, attributes_modified, attributes";
const ROW = "(?, ?, ?, 0, 0, 0, 0, ?, ?, ?, ?)";
const IS_CURRENT = "id = VALUES(id) AND version = VALUES(version)";

/**
 * One statement for all users, several times as fast as one UPDATE each. It would insert a missing user: the count
 * shows that, and the transaction is rolled back. `version` is assigned last, because the conditions before it read it.
 */
function upsert(writes: readonly AttributesWrite[]): Statement {
  return {
    sql:
      `INSERT INTO users (${COLUMNS}) VALUES ${new Array(writes.length).fill(ROW).join(", ")} ` +
      "ON DUPLICATE KEY UPDATE " +
      `attributes = IF(${IS_CURRENT}, VALUES(attributes), attributes), ` +
      `bytes = IF(${IS_CURRENT}, VALUES(bytes), bytes), ` +
      `attributes_modified = IF(${IS_CURRENT}, VALUES(attributes_modified), attributes_modified), ` +
      `version = IF(${IS_CURRENT}, version + 1, version)`,
    values: writes.flatMap(({ app, name, userId, bytes, version, modified, json }) => [
      app,
      name,
      userId,
      bytes,
      version,
      modified,
      json,
    ]),
  };
}

/** The writes whose user or version has changed: they conflict and can never be written. */
export async function outdatedOf(
  session: Session,
  writes: readonly AttributesWrite[],
  deadline: Deadline,
): Promise<ReadonlySet<AttributesWrite>> {
  const apps = ofApps(writes);
  const selects = apps.map((each) => select(each));
  const answers = await withRetry(session, selects, deadline);
  const current = new Map<string, readonly [string, number]>();
  for (const [index, { app }] of apps.entries()) {
    for (const [name, id, version] of rowsOf<[string, string, number]>(answers[index])) {
      current.set(`${app}/${name}`, [id, version]);
    }
  }
  const outdated = writes.filter(({ app, name, userId, version }) => {
    const [id, stored] = current.get(`${app}/${name}`) ?? [];
    return id !== userId || stored !== version;
  });
  return new Set(outdated);
}

/** The writes that need a row which another transaction has locked. */
export async function lockedOf<Batched extends BatchedWrite>(
  run: Run,
  batch: readonly Batched[],
): Promise<Result<ReadonlySet<Batched>>> {
  const rows = new BatchRows(batch);
  const reads = rows.statements("none");
  const answers = await run(...reads, ...rows.statements("skip locked"));
  const found = rows.found(answers.slice(0, reads.length));
  const free = rows.found(answers.slice(reads.length));
  return { keep: false, value: new Set(batch.filter((each) => isBlocked(each, found, free))) };
}

interface UsersOfApp {
  readonly app: number;
  readonly names: readonly string[];
}

function ofApps(writes: readonly AttributesWrite[]): readonly UsersOfApp[] {
  const apps = new Map<number, string[]>();
  for (const { app, name } of writes) {
    const names = apps.get(app);
    if (names === undefined) apps.set(app, [name]);
    else names.push(name);
  }
  return [...apps].map(([app, names]) => ({ app, names }));
}

function select({ app, names }: UsersOfApp): Statement {
  return { sql: "SELECT name, id, version FROM users WHERE app = ? AND name IN (?)", values: [app, names] };
}
