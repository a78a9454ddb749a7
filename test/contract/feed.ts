import { describe, expect, test } from "bun:test";
import { addApp, addUsers, name, type OpenForTest } from "./open-for-test.ts";

const HOUR_MS = 3_600_000;

export function describeFeed(open: OpenForTest): void {
  describe("the feed of changes", () => {
    test("tells each reader once, in order, of apps, keys and users' tokens", async () => {
      await using opened = await open();
      const { store } = opened;
      const app = await addApp(store);
      await addUsers(store, app, "ada", "bob");
      const start = (await store.changesSince(0)).cursor;
      const { number } = app;
      const ada = await store.changeUser(number, name("ada"), { endTokens: true }, 2000);
      await store.changeUser(number, name("bob"), { activated: true }, 2000);
      await store.changeApp(number, { batchMax: 1 }, 2000);
      await store.addSigningKey(new Uint8Array(32), 2000);
      const [bob] = await store.deleteUsers(number, [name("bob")], 2000);
      await store.deleteApp(number, 2000);

      const { cursor, changes } = await store.changesSince(start);
      expect(changes).toEqual([
        { kind: "user", userId: ada?.id ?? "" },
        { kind: "apps" },
        { kind: "keys" },
        { kind: "user", userId: bob?.id ?? "" },
        { kind: "apps" },
      ]);
      expect(await store.changesSince(cursor)).toEqual({ cursor, changes: [] });
    });

    test("attributes are no news", async () => {
      await using opened = await open();
      const { store } = opened;
      const app = await addApp(store);
      const { cursor } = await store.changesSince(0);
      await addUsers(store, app, "ada");
      await store.clearAttributes(app.number, name("ada"), 3000);
      expect(await store.changesSince(cursor)).toEqual({ cursor, changes: [] });
    });

    test("what is over an hour old does not pile up, and a reader's place stays good", async () => {
      await using opened = await open();
      const { store } = opened;
      const { number } = await addApp(store);
      for (let index = 0; index < 20; index++) await store.changeApp(number, { batchMax: index }, 2000);
      const { cursor } = await store.changesSince(0);
      await store.changeApp(number, { batchMax: 1 }, 2001 + HOUR_MS);
      expect((await store.changesSince(0)).changes).toHaveLength(1);
      expect((await store.changesSince(cursor)).changes).toHaveLength(1);
    });
  });
}
