import { describe, expect, test } from "bun:test";
import { addApp, addUsers, attributesOf, done, name, type OpenForTest, replacing } from "./open-for-test.ts";

const HOUR_MS = 3_600_000;
/** The number of latest changes that are kept, however old they are. */
const LINES_KEPT = 1000;

export function describeFeed(open: OpenForTest): void {
  describe("the feed of changes", () => {
    test("reports changes of apps, keys and users' tokens to each reader once, in order", async () => {
      await using opened = await open();
      const { store } = opened;
      const app = await addApp(store);
      await addUsers(store, app, "ada", "bob", "cyd");
      const { cursor: start, changes: first } = await store.changesSince(0);
      expect(first).toEqual([{ kind: "apps" }]);
      const { number } = app;
      const ada = done(await store.changeUser(number, name("ada"), { revokeTokens: true }, 2000));
      await store.changeUser(number, name("bob"), { activated: true }, 2000);
      await store.changeApp(number, { revokeTokens: true, revokeAdminTokens: true }, 2000);
      await store.addSigningKey(new Uint8Array(32), 2000);
      const [cyd, bob] = done(await store.deleteUsers(number, ["cyd", "nobody", "bob"].map(name), 2000));
      await store.deleteApp(number, 2000);

      const { cursor, changes } = await store.changesSince(start);
      expect(changes).toEqual([
        { kind: "user", userId: ada.id },
        { kind: "apps" },
        { kind: "keys" },
        { kind: "user", userId: cyd?.id ?? "" },
        { kind: "user", userId: bob?.id ?? "" },
        { kind: "apps" },
      ]);
      expect(await store.changesSince(cursor)).toEqual({ cursor, changes: [] });
    });

    test("changes of attributes are not in the feed", async () => {
      await using opened = await open();
      const { store } = opened;
      const app = await addApp(store);
      const { cursor } = await store.changesSince(0);
      await addUsers(store, app, "ada");
      await store.writeAttributes(replacing(app, "ada", await attributesOf(store, app, "ada"), '{"a":"b"}', 2));
      await store.clearAttributes(app.number, name("ada"), 3000);
      expect(await store.changesSince(cursor)).toEqual({ cursor, changes: [] });
    });

    test("a clock that is set ahead by a day hides no change from a reader that has yet to read", async () => {
      await using opened = await open();
      const { store } = opened;
      const { number } = await addApp(store);
      const { cursor } = await store.changesSince(0);
      for (let index = 0; index < 20; index++) await store.changeApp(number, { batchMax: index }, 2000);
      await store.changeApp(number, { batchMax: 1 }, 2000 + 24 * HOUR_MS);
      await store.changeApp(number, { batchMax: 2 }, 2000);
      expect((await store.changesSince(cursor)).changes).toHaveLength(22);
    });

    test("entries over an hour old do not accumulate, and a reader's position stays valid", async () => {
      await using opened = await open();
      const { store } = opened;
      const app = await addApp(store);
      const { number } = app;
      const users = Array.from({ length: LINES_KEPT + 20 }, (_, index) => `user${index}`);
      await addUsers(store, app, ...users);
      await store.deleteUsers(number, users.map(name), 2000);
      const { cursor, changes } = await store.changesSince(0);
      expect(changes.length).toBeGreaterThan(LINES_KEPT);
      await store.changeApp(number, { batchMax: 1 }, 2001 + HOUR_MS);
      expect((await store.changesSince(0)).changes).toHaveLength(LINES_KEPT);
      const news = await store.changesSince(cursor);
      expect(news.changes).toHaveLength(1);
      expect(await store.changesSince(news.cursor)).toEqual({ cursor: news.cursor, changes: [] });
      await store.addSigningKey(new Uint8Array(32), 2001 + HOUR_MS);
      expect((await store.changesSince(news.cursor)).changes).toEqual([{ kind: "keys" }]);
    });

    test("a reader during many concurrent writes misses nothing, and sees nothing twice", async () => {
      await using opened = await open();
      const { store } = opened;
      const app = await addApp(store);
      const writers = Array.from({ length: 12 }, (_, writer) => [0, 1, 2, 3].map((step) => `user${writer}.${step}`));
      await addUsers(store, app, ...writers.flat());
      let { cursor } = await store.changesSince(0);
      const seen: string[] = [];
      const look = async (): Promise<void> => {
        const news = await store.changesSince(cursor);
        cursor = news.cursor;
        for (const change of news.changes) if (change.kind === "user") seen.push(change.userId);
      };
      // Sequential reads, like a server's, while the writers continue.
      let looking = Promise.resolve();
      const deleted: string[] = [];
      const deleteAll = async (names: readonly string[]): Promise<void> => {
        for (const text of names) {
          for (const { id } of done(await store.deleteUsers(app.number, [name(text)], 2000))) deleted.push(id);
          looking = looking.then(look);
        }
      };
      await Promise.all(writers.map(deleteAll));
      await looking;
      expect(seen.sort()).toEqual(deleted.sort());
      expect(seen).toHaveLength(48);
    });
  });
}
