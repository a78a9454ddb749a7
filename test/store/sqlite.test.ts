import { join } from "node:path";
import { joinSqliteStore } from "../../src/store/sqlite/shared-store.ts";
import { openSqliteStore } from "../../src/store/sqlite/store.ts";
import type { OpenedForTest, Reopenable } from "../contract/open-for-test.ts";
import { describeReopening } from "../contract/reopening.ts";
import { describeStore } from "../contract/store.ts";
import { temporaryFolder } from "./sqlite-fixture.ts";

/** Small, so that cached copies are evicted again and again. */
const CACHE_BYTES = 20_000;

describeStore("sqlite", () => open(0));
describeStore("sqlite with attributes in memory", () => open(CACHE_BYTES));
describeStore("sqlite as a worker serves it", openJoined);
describeReopening(() => open(CACHE_BYTES));

async function open(cacheBytes: number): Promise<Reopenable> {
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

async function openJoined(): Promise<OpenedForTest> {
  const folder = temporaryFolder();
  const owner = await openSqliteStore(join(folder.path, "usermeta.db"), { exclusive: true });
  const early: Parameters<typeof joined.hear>[0][] = [];
  let hear = (message: (typeof early)[number]): void => void early.push(message);
  using shared = owner.share(CACHE_BYTES, (message) => hear(message));
  const joined = joinSqliteStore(shared.share);
  hear = joined.hear;
  for (const message of early) hear(message);
  return {
    store: joined.store,
    async [Symbol.asyncDispose]() {
      await joined.store[Symbol.asyncDispose]();
      await owner[Symbol.asyncDispose]();
      folder[Symbol.dispose]();
    },
  };
}
