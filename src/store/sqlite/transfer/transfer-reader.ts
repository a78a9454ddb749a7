import { setImmediate as yieldToEventLoop } from "node:timers/promises";
import {
  PAGE_USERS_MAX,
  pageLength,
  type StoreGlobals,
  type TransferKey,
  type TransferUser,
} from "../../transfer/transfer.ts";
import type { Connection } from "../connection/connection.ts";
import { readApps, readUsage } from "../reads.ts";

const KEYS = "SELECT id, secret, created FROM signing_keys ORDER BY id";
/** The last number that AUTOINCREMENT assigned; a table that never had a row is missing here. */
const LAST_NUMBER = "SELECT seq FROM sqlite_sequence WHERE name = ?1";
const COUNT = "SELECT count(*) AS count FROM users WHERE app = ?1";
/** Without the attributes: sizes are known before anything large is in memory. */
const NEXT_SIZES = "SELECT name, bytes FROM users WHERE app = ?1 AND name > ?2 ORDER BY name LIMIT ?3";
const USERS = `
  SELECT
    name, id, activated, created, modified, tokens_valid_after AS tokensValidAfter, bytes, version,
    attributes_modified AS attributesModified, password_hash AS passwordHash, nickname, attributes
  FROM users WHERE app = ?1 AND name > ?2 AND name <= ?3 ORDER BY name`;

/** The tables whose numbers must never be assigned again. */
export const NUMBERED_TABLES = { apps: "apps", keys: "signing_keys", changes: "changes" } as const;

/** Reads a whole store for a copy. */
export class SqliteTransferReader {
  readonly location: string;
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.location = connection.path;
    this.#connection = connection;
  }

  async globals(): Promise<StoreGlobals> {
    return {
      apps: readApps(this.#connection),
      keys: this.#connection.all<TransferKey>(KEYS),
      lastNumbers: {
        apps: this.#lastNumber("apps"),
        keys: this.#lastNumber("keys"),
        changes: this.#lastNumber("changes"),
      },
    };
  }

  async userCount(app: number): Promise<number> {
    return this.#connection.get<{ count: number }>(COUNT, app)?.count ?? 0;
  }

  async users(app: number, after: string): Promise<readonly TransferUser[]> {
    // SQLite blocks the thread: let the requests to the other store go out first.
    await yieldToEventLoop();
    const next = this.#connection.all<{ name: string; bytes: number }>(NEXT_SIZES, app, after, PAGE_USERS_MAX);
    const last = next[pageLength(next.map(({ bytes }) => bytes)) - 1];
    return last === undefined ? [] : this.#connection.all<TransferUser>(USERS, app, after, last.name);
  }

  async usage(app: number): Promise<number> {
    return readUsage(this.#connection, app);
  }

  #lastNumber(of: keyof typeof NUMBERED_TABLES): number {
    return this.#connection.get<{ seq: number }>(LAST_NUMBER, NUMBERED_TABLES[of])?.seq ?? 0;
  }
}
