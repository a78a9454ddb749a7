import { joinMysqlStore } from "../../src/store/mysql/shared-store.ts";
import { type MysqlOptions, openMysqlStore } from "../../src/store/mysql/store.ts";
import type { OpenedForTest, Reopenable } from "../contract/open-for-test.ts";
import { sharedMariadb } from "../harness/mariadb.ts";
import { mysqlLocation } from "./mysql-location.ts";

/** A store of its own, for one test. */
export async function openMysql(options: MysqlOptions = {}): Promise<Reopenable> {
  const database = await (await sharedMariadb()).freshDatabase();
  const location = mysqlLocation(database.url);
  let store = await openMysqlStore(location, { exclusive: true, ...options });
  return {
    store,
    async reopen() {
      await store[Symbol.asyncDispose]();
      store = await openMysqlStore(location, { exclusive: true, ...options });
      return store;
    },
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

/** The same as another thread serves it. */
export async function openJoinedMysql(cacheBytes: number): Promise<OpenedForTest> {
  const database = await (await sharedMariadb()).freshDatabase();
  const owner = await openMysqlStore(mysqlLocation(database.url), { exclusive: true });
  const { share } = owner.share(cacheBytes);
  const store = joinMysqlStore(share);
  return {
    store,
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]();
      await owner[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}
