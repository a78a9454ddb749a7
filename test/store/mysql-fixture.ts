import type { App, UserName } from "../../src/core/model.ts";
import type { AttributesWrite, StoredAttributes } from "../../src/core/ports/attribute-store.ts";
import type { Store } from "../../src/core/ports/store.ts";
import type { MysqlLocation } from "../../src/store/mysql/connection/location.ts";
import { type MysqlOptions, type MysqlStore, openMysqlStore } from "../../src/store/mysql/store.ts";
import { addApp, addUsers, name } from "../contract/open-for-test.ts";
import { sharedMariadb, type TestDatabase } from "../harness/mariadb.ts";
import { mysqlLocation } from "./mysql-location.ts";

/** A database with one app and some users, and any number of stores on it, like those of separate processes. */
export interface MysqlFixture extends AsyncDisposable {
  readonly database: TestDatabase;
  readonly store: MysqlStore;
  readonly app: App;
  /** Another process's. */
  another(options?: Another): Promise<MysqlStore>;
}

interface Another extends MysqlOptions {
  /** Of a proxy in front of the database. */
  readonly port?: number;
  readonly timeoutMs?: number;
}

export async function mysqlFixture(users: number): Promise<MysqlFixture> {
  await using stack = new AsyncDisposableStack();
  const owned = stack.use(new AsyncDisposableStack());
  const mariadb = await sharedMariadb();
  const database = owned.use(await mariadb.freshDatabase());
  const open = async ({ port, timeoutMs, ...options }: Another): Promise<MysqlStore> => {
    const location: MysqlLocation = mysqlLocation(database.url, timeoutMs);
    const hosts = [{ hostname: "127.0.0.1", port: port ?? mariadb.port }] as const;
    return owned.use(await openMysqlStore({ ...location, hosts }, { exclusive: true, ...options }));
  };
  const store = await open({});
  const app = await addApp(store);
  await addUsers(store, app, ...Array.from({ length: users }, (_, index) => userAt(index)));
  const kept = stack.move();
  return {
    database,
    store,
    app,
    another: (options = {}) => open(options),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

export function userAt(index: number): UserName {
  return name(`user${index}`);
}

export async function stored(store: Store, app: App, user: UserName): Promise<StoredAttributes> {
  const found = await store.attributes(app.number, user);
  if (found === undefined) throw new Error(`no user ${user}`);
  return found;
}

/** A write that replaces the read attributes with one value of that many bytes, including the key. */
export function sized(
  app: App,
  user: UserName,
  read: StoredAttributes,
  bytes: number,
  appBytesMax = 1_000_000_000,
): AttributesWrite {
  const { userId, version, modified } = read;
  const json = bytes === 0 ? "{}" : JSON.stringify({ k: "x".repeat(bytes - 1) });
  const growth = bytes - read.bytes;
  return { app: app.number, name: user, userId, version, json, bytes, growth, modified: modified + 1, appBytesMax };
}

/** At rest: usage is the sum, no lane exceeds its grant, and the pool has the sum of the grants. */
export async function lanesOf(database: TestDatabase, app: App): Promise<{ used: number; granted: number }> {
  const [users] = await database.query("SELECT CAST(COALESCE(SUM(bytes), 0) AS SIGNED) AS bytes FROM users");
  const lanes = await database.query("SELECT lane, used, granted, bytes_max FROM app_usage WHERE app = ?", [
    app.number,
  ]);
  const pool = lanes.find(({ lane }) => lane === 0);
  const others = lanes.filter(({ lane }) => lane !== 0);
  const used = others.reduce((sum, lane) => sum + lane.used, 0);
  const granted = others.reduce((sum, lane) => sum + lane.granted, 0);
  if (used !== users?.bytes) throw new Error(`lanes hold ${used}, users ${users?.bytes}`);
  if (granted !== pool?.granted) throw new Error(`lanes were granted ${granted}, the pool gave ${pool?.granted}`);
  if (granted > pool?.bytes_max) throw new Error(`${granted} are granted of ${pool?.bytes_max}`);
  const past = others.filter((lane) => lane.used > lane.granted);
  if (past.length > 0) throw new Error(`past their grants: ${JSON.stringify(past)}`);
  return { used, granted };
}
