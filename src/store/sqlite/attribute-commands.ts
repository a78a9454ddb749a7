import { NO_ATTRIBUTES_JSON } from "../../core/attributes.ts";
import type { UserName } from "../../core/model.ts";
import type { AttributesWrite, BatchOutcome, WriteOutcome } from "../../core/ports.ts";
import { refusedTogether } from "../refused-together.ts";
import type { Connection } from "./connection.ts";

interface Current {
  readonly row: number;
  readonly id: string;
  readonly version: number;
  readonly bytes: number;
  readonly modified: number;
}

/** Users of deleted apps are left out. IN, where a join or EXISTS takes SQLite five times as long. */
const CURRENT = `
  SELECT row, id, version, bytes, attributes_modified AS modified
  FROM users WHERE app = ?1 AND name = ?2 AND ?1 IN (SELECT number FROM apps)`;
const USED = "SELECT used FROM app_usage WHERE app = ?1";
const UPDATE = "UPDATE users SET attributes = ?2, bytes = ?3, version = ?4, attributes_modified = ?5 WHERE row = ?1";
const MOVE_USAGE = "UPDATE app_usage SET used = used + ?2 WHERE app = ?1";

/** The arguments are those of an `AttributesWrite`, one by one: see `NumberedCommand`. */
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
): WriteOutcome {
  const current = connection.get<Current>(CURRENT, app, name);
  if (current?.id !== userId || current.version !== version) return "conflict";
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
): readonly BatchOutcome[] {
  const isCurrent = ({ app, name, userId, version }: AttributesWrite): boolean => {
    const current = connection.get<Current>(CURRENT, app, name);
    return current?.id === userId && current.version === version;
  };
  if (allOrNothing) {
    const used = usedBy(connection, writes[0]?.app ?? 0);
    const refused = refusedTogether(writes, isCurrent, used);
    if (refused !== undefined) return refused;
  }
  return writes.map(({ app, name, userId, version, json, bytes, modified, appBytesMax }) => {
    // What all come to together has been judged: in between it may be more.
    const bytesMax = allOrNothing ? Number.POSITIVE_INFINITY : appBytesMax;
    return writeAttributes(connection, app, name, userId, version, json, bytes, modified, bytesMax);
  });
}

function usedBy(connection: Connection, app: number): number {
  return connection.get<{ used: number }>(USED, app)?.used ?? 0;
}

export function clearAttributes(connection: Connection, app: number, name: UserName, now: number): void {
  const current = connection.get<Current>(`${CURRENT} AND attributes <> ?3`, app, name, NO_ATTRIBUTES_JSON);
  if (current === undefined) return;
  const modified = Math.max(now, current.modified + 1);
  connection.run(UPDATE, current.row, NO_ATTRIBUTES_JSON, 0, current.version + 1, modified);
  connection.run(MOVE_USAGE, app, -current.bytes);
}
