import { APP_COLUMNS } from "../../app-columns.ts";
import { PAGE_USERS_MAX, pageLength, type StoreGlobals, type TransferUser } from "../../transfer/transfer.ts";
import { rowsOf, type Value } from "../connection/session.ts";
import { type AppRow, appOf } from "../rows.ts";
import { exact, type KeyRow, keyOf, TRANSFER_COLUMNS, type TransferRow, transferUserOf } from "./transfer-rows.ts";
import type { TransferSession } from "./transfer-session.ts";

const APPS = `SELECT ${APP_COLUMNS} FROM apps ORDER BY number`;
const KEYS = "SELECT id, secret, created FROM signing_keys ORDER BY id";
const COUNTERS = "SELECT name, value FROM counters";
const COUNT = "SELECT COUNT(*) FROM users WHERE app = ?";
const USAGE = "SELECT COALESCE(SUM(used), 0) FROM app_usage WHERE app = ? AND lane > 0";
/** Without the attributes: sizes are known before anything large is in memory. */
const NEXT_SIZES = "SELECT name, bytes FROM users WHERE app = ? AND name > ? ORDER BY name LIMIT ?";
const USERS = `SELECT ${TRANSFER_COLUMNS} FROM users WHERE app = ? AND name > ? AND name <= ? ORDER BY name`;

/** Counting a hundred million rows takes minutes. */
const COUNT_MS = 3_600_000;

/** Reads a whole store for a copy. In utf8mb4_bin, too, names sort by their bytes. */
export class MysqlTransferReader {
  readonly location: string;
  readonly #session: TransferSession;

  /** @param location for messages to the operator */
  constructor(location: string, session: TransferSession) {
    this.location = location;
    this.#session = session;
  }

  async globals(): Promise<StoreGlobals> {
    const apps = await this.#rows<AppRow>(APPS);
    const keys = await this.#rows<KeyRow>(KEYS);
    const counters = await this.#rows<[name: string, value: unknown]>(COUNTERS);
    const lastNumber = (of: string): number => exact(counters.find(([name]) => name === of)?.[1]);
    return {
      apps: apps.map(appOf),
      keys: keys.map(keyOf),
      lastNumbers: { apps: lastNumber("apps"), keys: lastNumber("keys"), changes: lastNumber("changes") },
    };
  }

  async userCount(app: number): Promise<number> {
    const [row] = rowsOf<[count: unknown]>(await this.#session.ask(COUNT, [app], COUNT_MS));
    return exact(row?.[0]);
  }

  async users(app: number, after: string): Promise<readonly TransferUser[]> {
    const sizes = rowsOf<[name: string, bytes: number]>(
      await this.#session.ask(NEXT_SIZES, [app, after, PAGE_USERS_MAX]),
    );
    const last = sizes[pageLength(sizes.map(([, bytes]) => bytes)) - 1];
    return last === undefined ? [] : (await this.#rows<TransferRow>(USERS, app, after, last[0])).map(transferUserOf);
  }

  async usage(app: number): Promise<number> {
    const [row] = await this.#rows<[used: unknown]>(USAGE, app);
    return exact(row?.[0]);
  }

  async #rows<Row extends readonly unknown[]>(sql: string, ...values: Value[]): Promise<readonly Row[]> {
    return rowsOf<Row>(await this.#session.ask(sql, values));
  }
}
