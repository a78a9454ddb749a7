import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { openStore, parseStoreUrl } from "../../src/store/open.ts";
import { Connection } from "../../src/store/sqlite/connection/connection.ts";
import { name } from "../contract/open-for-test.ts";
import { send } from "../harness/client.ts";
import { eventually } from "../harness/eventually.ts";
import { MachineDelay } from "../harness/machine-delay.ts";
import { mariadbIsMissing, sharedMariadb } from "../harness/mariadb.ts";
import { OPERATOR_KEY, UsermetaProcess } from "../harness/usermeta-process.ts";
import { newApp, temporaryFolder, withUsers } from "../store/sqlite-fixture.ts";

const MAIN = join(import.meta.dir, "../../src/main.ts");
const USERS = 10_000;
const TOGETHER = 1000;
const DELETED = "org/deleted";
const OTHER = "org/other";
/** A check every ten seconds, and the work itself. */
const DONE_WITHIN_MS = 60_000;
const SET_MS_MAX = 500;

/** A store, and its rows, read without the server. */
interface Place extends AsyncDisposable {
  readonly url: string;
  count(table: "users" | "deleted_apps", app: number): Promise<number>;
}

const ENGINES = {
  sqlite: { isMissing: () => false, place: sqlitePlace },
  mysql: { isMissing: mariadbIsMissing, place: mysqlPlace },
};

for (const [engine, { isMissing, place }] of Object.entries(ENGINES)) {
  describe.skipIf(isMissing())(`an app delete that is killed, on ${engine}`, () => {
    for (const workers of engine === "sqlite" ? [1, 2] : [1]) {
      test(`is completed by the running server with ${workers} worker(s), and sets of other apps succeed`, async () => {
        await using at = await place();
        const app = await fill(at.url);
        await using server = new UsermetaProcess(at.url, { USERMETA_WORKERS: `${workers}` });
        const origin = await server.origin();
        await killAppDelete(at, app);
        await using delay = new MachineDelay();
        const sets = new Sets(origin);
        await eventually(async () => expect(await at.count("deleted_apps", app)).toBe(0), DONE_WITHIN_MS);
        expect(await at.count("users", app)).toBe(0);
        expect(await sets.slowestMs()).toBeLessThan(SET_MS_MAX + (await delay.allowanceMs()));
      }, 120_000);
    }

    test("is completed by the next server, beside an app of the same key, which loses nothing", async () => {
      await using at = await place();
      const app = await fill(at.url);
      await killAppDelete(at, app);
      expect(await at.count("users", app)).toBeGreaterThan(0);
      const again = await withStore(at.url, (store) => withUsers(store, ["user0"], DELETED));
      await using server = new UsermetaProcess(at.url);
      const user = `${await server.origin()}/${DELETED}/metadata/user`;
      expect(await send("GET", `${user}/user1`, { token: OPERATOR_KEY })).toMatchObject({
        status: 404,
        body: { data: {} },
      });
      const set = { token: OPERATOR_KEY, form: { key: "value" } };
      expect(await send("PUT", `${user}/user0`, set)).toMatchObject({ status: 200 });
      await eventually(async () => expect(await at.count("deleted_apps", app)).toBe(0), DONE_WITHIN_MS);
      expect(await at.count("users", app)).toBe(0);
      expect(await at.count("users", again)).toBe(1);
      const capacity = await send("GET", `${user}/capacity`, { token: OPERATOR_KEY });
      expect(capacity.body.data).toBe("key".length + "value".length);
    }, 120_000);
  });
}

/** Two apps, one of them large; the number of that. */
async function fill(url: string): Promise<number> {
  return await withStore(url, async (store) => {
    await withUsers(store, ["user0"], OTHER);
    const app = await store.insertApp(newApp(DELETED));
    if (app === "taken") throw new Error("the app is there already");
    for (let from = 0; from < USERS; from += TOGETHER) {
      const users = Array.from({ length: TOGETHER }, (_, index) => ({
        id: crypto.randomUUID(),
        name: name(`user${from + index}`),
        passwordHash: null,
        nickname: null,
        created: from + index,
      }));
      await store.insertUsers(app.number, users);
    }
    return app.number;
  });
}

async function withStore<T>(
  url: string,
  use: (store: Awaited<ReturnType<typeof openStore>>) => Promise<T>,
): Promise<T> {
  const location = parseStoreUrl(url);
  if (typeof location === "string") throw new Error(location);
  await using store = await openStore(location);
  return await use(store);
}

/** Some time after the app is gone and before all of it is. */
async function killAppDelete(at: Place, app: number): Promise<void> {
  const env = { ...process.env, USERMETA_STORE: at.url };
  const command = [process.execPath, MAIN, "app", "delete", DELETED, "--yes"];
  const child = Bun.spawn(command, { env, stdin: "ignore", stdout: "ignore", stderr: "inherit" });
  while (child.exitCode === null && (await at.count("deleted_apps", app)) === 0) await Bun.sleep(1);
  await Bun.sleep(Math.random() * 30);
  child.kill("SIGKILL");
  await child.exited;
  expect(child.signalCode).toBe("SIGKILL");
  expect(await at.count("deleted_apps", app)).toBe(1);
}

/** Sequential sets, until the slowest time is requested. */
class Sets {
  readonly #running: Promise<number>;
  #isOver = false;

  constructor(origin: string) {
    this.#running = this.#set(`${origin}/${OTHER}/metadata/user/user0`);
    // A test that has failed before does not request it.
    this.#running.catch(() => {});
  }

  async slowestMs(): Promise<number> {
    this.#isOver = true;
    return await this.#running;
  }

  async #set(url: string): Promise<number> {
    let slowestMs = 0;
    for (let number = 0; !this.#isOver; number++) {
      const from = performance.now();
      expect(await send("PUT", url, { token: OPERATOR_KEY, form: { number: `${number}` } })).toMatchObject({
        status: 200,
      });
      slowestMs = Math.max(slowestMs, performance.now() - from);
    }
    return slowestMs;
  }
}

const COLUMN = { users: "app", deleted_apps: "number" };

async function sqlitePlace(): Promise<Place> {
  const folder = temporaryFolder();
  const path = join(folder.path, "usermeta.db");
  let connection: Connection | undefined;
  return {
    url: `sqlite:${path}`,
    async count(table, app) {
      connection ??= new Connection(path);
      const sql = `SELECT count(*) AS count FROM ${table} WHERE ${COLUMN[table]} = ?1`;
      return connection.get<{ count: number }>(sql, app)?.count ?? 0;
    },
    async [Symbol.asyncDispose]() {
      connection?.close();
      folder[Symbol.dispose]();
    },
  };
}

async function mysqlPlace(): Promise<Place> {
  const database = await (await sharedMariadb()).freshDatabase();
  return {
    url: database.url,
    async count(table, app) {
      const [row] = await database.query(`SELECT count(*) AS count FROM ${table} WHERE ${COLUMN[table]} = ?`, [app]);
      return Number(row?.count);
    },
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}
