import { allowsUser } from "../../../core/authority.ts";
import { NO_ATTRIBUTES_JSON } from "../../../core/metadata/attributes.ts";
import type { UserName } from "../../../core/model.ts";
import type { AttributesWrite, BatchOutcome, WriteOutcome } from "../../../core/ports/attribute-store.ts";
import { type Authority, NEVER_ENDED } from "../../../core/ports/terms.ts";
import { batchRefusals } from "../../batch-refusals.ts";
import type { Connection } from "../connection/connection.ts";
import { isEnded } from "../reads.ts";

interface Current {
  readonly row: number;
  readonly id: string;
  readonly version: number;
  readonly bytes: number;
  readonly modified: number;
}

interface CurrentUser extends Omit<Current, "modified"> {
  readonly activated: number;
  readonly tokensValidAfter: number;
}

/** Omits users of deleted apps. With IN, because a join or EXISTS takes SQLite five times as long. */
const CURRENT = `
  SELECT row, id, version, bytes, attributes_modified AS modified
  FROM users WHERE app = ?1 AND name = ?2 AND ?1 IN (SELECT number FROM apps)`;
/**
 * Also omits users of an app whose tokens were revoked. With a subquery, because a join takes SQLite five times as
 * long.
 */
const CURRENT_UNLESS_ENDED = `
  SELECT row, id, version, bytes, activated, tokens_valid_after AS tokensValidAfter
  FROM users WHERE app = ?1 AND name = ?2
  AND (SELECT tokens_valid_after <= ?3 AND admin_tokens_valid_after <= ?4 FROM apps WHERE number = ?1)`;
const USED = "SELECT used FROM app_usage WHERE app = ?1";
const UPDATE = "UPDATE users SET attributes = ?2, bytes = ?3, version = ?4, attributes_modified = ?5 WHERE row = ?1";
const MOVE_USAGE = "UPDATE app_usage SET used = used + ?2 WHERE app = ?1";

/** An authority as the last arguments of `writeAttributes`. */
export function authorityArguments(
  { name, userId }: Pick<AttributesWrite, "name" | "userId">,
  authority: Authority | undefined,
): [appEndedMax?: number, adminEndedMax?: number, ownEndedMax?: number | undefined, other?: Authority] {
  if (authority === undefined) return [];
  const { appEndedMax, adminEndedMax, user, registrations } = authority;
  const isFlat = registrations === undefined && (user === undefined || (user.id === userId && user.name === name));
  return isFlat ? [appEndedMax, adminEndedMax, user?.endedMax] : [NEVER_ENDED, NEVER_ENDED, undefined, authority];
}

/**
 * Writes a set, if its user and version are still the stored ones: otherwise it conflicts (409), so that no update is
 * lost. The arguments are those of an `AttributesWrite` and an `Authority`, one by one: see `NumberedCommand`.
 * @param ownEndedMax `user.endedMax` of the authority, if the calling user is the one being written
 * @param other any other authority, unflattened
 */
export function writeAttributes(
  connection: Connection,
  app: number,
  name: UserName,
  userId: string,
  version: number,
  json: string,
  bytes: number,
  modified: number,
  appBytesMax: number,
  appEndedMax = NEVER_ENDED,
  adminEndedMax = NEVER_ENDED,
  ownEndedMax?: number,
  other?: Authority,
): WriteOutcome {
  if (isEnded(connection, app, other)) return "unauthorised";
  const user = ownEndedMax === undefined ? undefined : { id: userId, name, endedMax: ownEndedMax };
  const authority = { appEndedMax, adminEndedMax, user };
  const current = connection.get<CurrentUser>(CURRENT_UNLESS_ENDED, app, name, appEndedMax, adminEndedMax);
  // Check the reason only now: nearly every write finds its user.
  if (current === undefined) return isEnded(connection, app, authority) ? "unauthorised" : "conflict";
  if (!allowsUser(authority, { ...current, activated: current.activated === 1 })) return "unauthorised";
  if (current.id !== userId || current.version !== version) return "conflict";
  const growth = bytes - current.bytes;
  if (growth > 0 && usedBy(connection, app) + growth > appBytesMax) return "full";
  connection.run(UPDATE, current.row, json, bytes, version + 1, modified);
  if (growth !== 0) connection.run(MOVE_USAGE, app, growth);
  return "written";
}

export function writeAttributesOf(
  connection: Connection,
  writes: readonly AttributesWrite[],
  allOrNothing: boolean,
  authority?: Authority,
): readonly BatchOutcome[] {
  if (isEnded(connection, writes[0]?.app ?? 0, authority)) return writes.map(() => "unauthorised");
  const isCurrent = ({ app, name, userId, version }: AttributesWrite): boolean => {
    const current = connection.get<Current>(CURRENT, app, name);
    return current?.id === userId && current.version === version;
  };
  if (allOrNothing) {
    const used = usedBy(connection, writes[0]?.app ?? 0);
    const refused = batchRefusals(writes, isCurrent, used);
    if (refused !== undefined) return refused;
  }
  return writes.map(({ app, name, userId, version, json, bytes, modified, appBytesMax }) => {
    // The sum was checked above: in between, the usage may exceed the limit.
    const bytesMax = allOrNothing ? Number.POSITIVE_INFINITY : appBytesMax;
    return writeAttributes(connection, app, name, userId, version, json, bytes, modified, bytesMax);
  });
}

function usedBy(connection: Connection, app: number): number {
  return connection.get<{ used: number }>(USED, app)?.used ?? 0;
}

export function clearAttributes(
  connection: Connection,
  app: number,
  name: UserName,
  now: number,
  authority?: Authority,
): "unauthorised" | undefined {
  if (isEnded(connection, app, authority)) return "unauthorised";
  const current = connection.get<Current>(`${CURRENT} AND attributes <> ?3`, app, name, NO_ATTRIBUTES_JSON);
  if (current === undefined) return undefined;
  const modified = Math.max(now, current.modified + 1);
  connection.run(UPDATE, current.row, NO_ATTRIBUTES_JSON, 0, current.version + 1, modified);
  connection.run(MOVE_USAGE, app, -current.bytes);
  return undefined;
}
