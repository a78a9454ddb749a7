import { NO_ATTRIBUTES_JSON } from "../../core/attributes.ts";
import type { UserName } from "../../core/model.ts";
import type { AttributesWrite, WriteOutcome } from "../../core/ports.ts";
import type { Connection } from "./connection.ts";

interface Current {
  readonly row: number;
  readonly id: string;
  readonly version: number;
  readonly bytes: number;
  readonly modified: number;
  /** Of the whole app. */
  readonly used: number;
}

/** The join with the usage leaves the users of deleted apps out. */
const CURRENT = `
  SELECT row, id, version, bytes, attributes_modified AS modified, used
  FROM users JOIN app_usage USING (app) WHERE app = ?1 AND name = ?2`;
const UPDATE = "UPDATE users SET attributes = ?2, bytes = ?3, version = ?4, attributes_modified = ?5 WHERE row = ?1";
const MOVE_USAGE = "UPDATE app_usage SET used = used + ?2 WHERE app = ?1";

export function writeAttributes(connection: Connection, write: AttributesWrite): WriteOutcome {
  const { app, name, json, bytes, modified } = write;
  const current = connection.get<Current>(CURRENT, app, name);
  if (current?.id !== write.userId || current.version !== write.version) return "conflict";
  const growth = bytes - current.bytes;
  if (growth > 0 && current.used + growth > write.appBytesMax) return "full";
  connection.run(UPDATE, current.row, json, bytes, current.version + 1, modified);
  if (growth !== 0) connection.run(MOVE_USAGE, app, growth);
  return "written";
}

export function clearAttributes(connection: Connection, app: number, name: UserName, now: number): void {
  const current = connection.get<Current>(`${CURRENT} AND attributes <> ?3`, app, name, NO_ATTRIBUTES_JSON);
  if (current === undefined) return;
  const modified = Math.max(now, current.modified + 1);
  connection.run(UPDATE, current.row, NO_ATTRIBUTES_JSON, 0, current.version + 1, modified);
  connection.run(MOVE_USAGE, app, -current.bytes);
}
