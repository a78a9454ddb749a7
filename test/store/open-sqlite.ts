import { join } from "node:path";
import { joinSqliteStore } from "../../src/store/sqlite/shared-store.ts";
import { openSqliteStore } from "../../src/store/sqlite/store.ts";
import type { OpenedForTest, Reopenable } from "../contract/open-for-test.ts";
import { temporaryFolder } from "./sqlite-fixture.ts";

/** A store of its own, for one test. */
export async function openSqlite(cacheBytes: number): Promise<Reopenable> {
  const folder = temporaryFolder();
  const path = join(folder.path, "usermeta.db");
  let store = await openSqliteStore(path, { exclusive: true, cacheBytes });
  return {
    store,
    async reopen() {
      await store[Symbol.asyncDispose]();
      store = await openSqliteStore(path, { exclusive: true, cacheBytes });
      return store;
    },
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]();
      folder[Symbol.dispose]();
    },
  };
}

/** The same as another thread serves it. */
export async function openJoinedSqlite(cacheBytes: number): Promise<OpenedForTest> {
  const folder = temporaryFolder();
  const owner = await openSqliteStore(join(folder.path, "usermeta.db"), { exclusive: true });
  const early: Parameters<typeof joined.receive>[0][] = [];
  let receive = (message: (typeof early)[number]): void => void early.push(message);
  using shared = owner.share(cacheBytes, (message) => receive(message));
  const joined = joinSqliteStore(shared.share);
  receive = joined.receive;
  for (const message of early) receive(message);
  return {
    store: joined.store,
    async [Symbol.asyncDispose]() {
      await joined.store[Symbol.asyncDispose]();
      await owner[Symbol.asyncDispose]();
      folder[Symbol.dispose]();
    },
  };
}
