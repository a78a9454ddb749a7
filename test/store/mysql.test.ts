import { describe } from "bun:test";
import { joinMysqlStore } from "../../src/store/mysql/shared-store.ts";
import { type MysqlOptions, openMysqlStore } from "../../src/store/mysql/store.ts";
import type { OpenedForTest, Reopenable } from "../contract/open-for-test.ts";
import { describeReopening } from "../contract/reopening.ts";
import { describeStore } from "../contract/store.ts";
import { mariadbIsMissing, sharedMariadb } from "../harness/mariadb.ts";
import { mysqlLocation } from "./mysql-location.ts";

/** Small, so that cached copies are evicted again and again. */
const AGEING = { cacheBytes: 20_000, stalenessMs: 60_000 };

describe.skipIf(mariadbIsMissing())("on MariaDB", () => {
  describeStore("mysql", () => open());
  describeStore("mysql with attributes in memory", () => open(AGEING), { authority: false });
  describeStore("mysql as a worker serves it", openJoined);
  describeReopening(() => open());
});

async function open(options: MysqlOptions = {}): Promise<Reopenable> {
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

async function openJoined(): Promise<OpenedForTest> {
  const database = await (await sharedMariadb()).freshDatabase();
  const owner = await openMysqlStore(mysqlLocation(database.url), { exclusive: true });
  const { share } = owner.share(AGEING.cacheBytes);
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
