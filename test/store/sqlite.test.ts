import { join } from "node:path";
import { openSqliteStore } from "../../src/store/sqlite/store.ts";
import type { Reopenable } from "../contract/open-for-test.ts";
import { describeReopening } from "../contract/reopening.ts";
import { describeStore } from "../contract/store.ts";
import { temporaryFolder } from "./sqlite-fixture.ts";

describeStore("sqlite", open);
describeReopening(open);

async function open(): Promise<Reopenable> {
  const folder = temporaryFolder();
  const path = join(folder.path, "usermeta.db");
  let store = await openSqliteStore(path, { exclusive: true });
  return {
    store,
    async reopen() {
      await store[Symbol.asyncDispose]();
      store = await openSqliteStore(path, { exclusive: true });
      return store;
    },
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]();
      folder[Symbol.dispose]();
    },
  };
}
