import { describe, expect, test } from "bun:test";
import { addApp, addUsers, attributesOf, name, type Reopenable, replacing } from "../open-for-test.ts";

export function describeReopening(open: () => Promise<Reopenable>): void {
  describe("a store that outlives its process", () => {
    test("has the same contents after reopening", async () => {
      await using opened = await open();
      const { store, reopen } = opened;
      const app = await addApp(store);
      const gone = await addApp(store, "org/gone");
      await store.deleteApp(gone.number, 2000);
      await addUsers(store, app, "ada", "bob");
      await store.writeAttributes(replacing(app, "ada", await attributesOf(store, app, "ada"), '{"a":"b"}', 2));
      await store.changeUser(app.number, name("bob"), { revokeTokens: true }, 2000);
      const key = await store.addSigningKey(new Uint8Array(32).fill(7), 2000);
      const ada = await attributesOf(store, app, "ada");
      const changes = await store.changesSince(0);

      const again = await reopen();
      expect(await again.apps()).toEqual([app]);
      expect(await attributesOf(again, app, "ada")).toEqual(ada);
      expect((await again.user(app.number, name("bob")))?.tokensValidAfter).toBe(2000);
      expect(await again.signingKeys()).toEqual([key]);
      expect(await again.usage(app.number)).toBe(2);
      expect(await again.changesSince(0)).toEqual(changes);
      expect((await addApp(again, "org/new")).number).toBeGreaterThan(gone.number);
    });
  });
}
