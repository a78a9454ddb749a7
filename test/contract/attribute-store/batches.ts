import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { App } from "../../../src/core/model.ts";
import type { AttributesWrite } from "../../../src/core/ports/attribute-store.ts";
import type { Store } from "../../../src/core/ports/store.ts";
import { addApp, addUsers, attributesOf, name, type OpenForTest, replacing, sumOfBytes } from "../open-for-test.ts";

const LIMIT = 100;

export function describeBatches(open: OpenForTest): void {
  describe("writes of several users", () => {
    /** The new size in bytes; negative: with a version that is outdated. */
    async function writesTo(
      store: Store,
      app: App,
      sizes: Readonly<Record<string, number>>,
    ): Promise<AttributesWrite[]> {
      return await Promise.all(
        Object.entries(sizes).map(async ([text, size]) => {
          const read = await attributesOf(store, app, text);
          const write = replacing(app, text, read, `{"n":"${Math.abs(size)}"}`, Math.abs(size), LIMIT);
          return size < 0 ? { ...write, version: write.version + 1 } : write;
        }),
      );
    }

    test("separately: valid writes are stored, the others get the reason", async () => {
      await using opened = await open();
      const { store } = opened;
      const app = await addApp(store);
      await addUsers(store, app, "ada", "bob", "cyd", "dan");
      const writes = await writesTo(store, app, { ada: 40, bob: -10, cyd: 61, dan: 60 });
      expect(await store.writeAttributesOf(writes, false)).toEqual(["written", "conflict", "full", "written"]);
      expect(await sizes(store, app, "ada", "bob", "cyd", "dan")).toEqual([40, 0, 0, 60]);
      expect((await attributesOf(store, app, "ada")).version).toBe(1);
      expect(await store.usage(app.number)).toBe(100);
      expect(await store.writeAttributesOf([], false)).toEqual([]);
    });

    test("all or nothing: one stale write prevents all others", async () => {
      await using opened = await open();
      const { store } = opened;
      const app = await addApp(store);
      await addUsers(store, app, "ada", "bob", "cyd");
      const before = await attributesOf(store, app, "ada");
      const writes = await writesTo(store, app, { ada: 10, bob: -10, cyd: 20 });
      expect(await store.writeAttributesOf(writes, true)).toEqual(["aborted", "conflict", "aborted"]);
      expect(await sizes(store, app, "ada", "bob", "cyd")).toEqual([0, 0, 0]);
      expect(await attributesOf(store, app, "ada")).toEqual(before);
      expect(await store.usage(app.number)).toBe(0);
      const again = await writesTo(store, app, { ada: 10, bob: 10, cyd: 20 });
      expect(await store.writeAttributesOf(again, true)).toEqual(["written", "written", "written"]);
      expect(await sizes(store, app, "ada", "bob", "cyd")).toEqual([10, 10, 20]);
      expect(await store.usage(app.number)).toBe(40);
      expect(await store.writeAttributesOf([], true)).toEqual([]);
    });

    test("all or nothing: the app's limit is checked against the total", async () => {
      await using opened = await open();
      const { store } = opened;
      const app = await addApp(store);
      await addUsers(store, app, "ada", "bob", "cyd");
      expect(await store.writeAttributesOf(await writesTo(store, app, { ada: 50, bob: 50 }), true)).toEqual([
        "written",
        "written",
      ]);
      // Grows first and shrinks later: one by one it would exceed the limit on the way.
      expect(await store.writeAttributesOf(await writesTo(store, app, { ada: 80, bob: 20 }), true)).toEqual([
        "written",
        "written",
      ]);
      expect(await store.usage(app.number)).toBe(100);
      const tooMuch = await writesTo(store, app, { ada: 70, bob: 30, cyd: 1 });
      expect(await store.writeAttributesOf(tooMuch, true)).toEqual(["aborted", "full", "full"]);
      expect(await sizes(store, app, "ada", "bob", "cyd")).toEqual([80, 20, 0]);
      expect(await store.usage(app.number)).toBe(100);
    });

    test("all or nothing: writes that make no user larger are never refused for a limit that is already exceeded", async () => {
      await using opened = await open();
      const { store } = opened;
      const app = await addApp(store);
      await addUsers(store, app, "ada", "bob");
      await store.writeAttributesOf(await writesTo(store, app, { ada: 50, bob: 50 }), true);
      const lowered = async (sizes: Readonly<Record<string, number>>) =>
        (await writesTo(store, app, sizes)).map((write) => ({ ...write, appBytesMax: 10 }));
      expect(await store.writeAttributesOf(await lowered({ ada: 50, bob: 40 }), true)).toEqual(["written", "written"]);
      expect(await store.writeAttributesOf(await lowered({ ada: 51, bob: 30 }), true)).toEqual(["full", "aborted"]);
      expect(await sizes(store, app, "ada", "bob")).toEqual([50, 40]);
      expect(await store.usage(app.number)).toBe(90);
    });

    test("a user deleted meanwhile, or created again, is a conflict, and a write creates no user", async () => {
      await using opened = await open();
      const { store } = opened;
      const app = await addApp(store);
      await addUsers(store, app, "ada", "bob", "cyd");
      const writes = await writesTo(store, app, { ada: 10, bob: 10, cyd: 10 });
      await store.deleteUsers(app.number, [name("ada"), name("bob")], 2000);
      await addUsers(store, app, "bob");
      expect(await store.writeAttributesOf(writes, true)).toEqual(["conflict", "conflict", "aborted"]);
      expect(await store.writeAttributesOf(writes, false)).toEqual(["conflict", "conflict", "written"]);
      expect(await store.attributes(app.number, name("ada"))).toBeUndefined();
      expect(await sizes(store, app, "bob", "cyd")).toEqual([0, 10]);
      expect(await store.usage(app.number)).toBe(10);
    });

    test("nothing is written for an app that is gone", async () => {
      await using opened = await open();
      const { store } = opened;
      const app = await addApp(store);
      await addUsers(store, app, "ada", "bob");
      const writes = await writesTo(store, app, { ada: 10, bob: 10 });
      await store.deleteApp(app.number, 2000);
      expect(await store.writeAttributesOf(writes, true)).toEqual(["conflict", "conflict"]);
      expect(await store.writeAttributesOf(writes, false)).toEqual(["conflict", "conflict"]);
    });

    test("a hundred users of the largest size are written together", async () => {
      await using opened = await open();
      const { store } = opened;
      const app = await addApp(store);
      const names = Array.from({ length: 100 }, (_, index) => `user${index}`);
      await addUsers(store, app, ...names);
      const json = `{"n":"${"x".repeat(262_143)}"}`;
      const writes = await Promise.all(
        names.map(async (text) => replacing(app, text, await attributesOf(store, app, text), json, 262_144, 2 ** 40)),
      );
      expect(new Set(await store.writeAttributesOf(writes, true))).toEqual(new Set(["written"]));
      expect((await attributesOf(store, app, "user99")).json === json).toBe(true);
      expect(await store.usage(app.number)).toBe(26_214_400);
    }, 60_000);

    test("overlapping batches leave the result of sequential ones: every user is of the last one, and usage is their sum", async () => {
      await using opened = await open();
      const { store } = opened;
      const app = await addApp(store);
      const names = ["ada", "bob", "cyd"];
      await addUsers(store, app, ...names);
      const round = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 2, maxLength: 5 });
      await fc.assert(
        fc.asyncProperty(round, async (bytes) => {
          const batches = await Promise.all(
            bytes.map((size) => writesTo(store, app, Object.fromEntries(names.map((text) => [text, size])))),
          );
          const before = await attributesOf(store, app, "ada");
          const outcomes = await Promise.all(batches.map((writes) => store.writeAttributesOf(writes, true)));
          const done = outcomes.map((each) => new Set(each)).map((each) => each.has("written"));
          const fits = bytes.map((size) => 3 * size <= LIMIT || size <= before.bytes);
          for (const [index, each] of outcomes.entries()) {
            if (done[index]) expect(new Set(each)).toEqual(new Set(["written"]));
            if (!fits[index]) expect(done[index]).toBe(false);
          }
          // All name the same versions, so that at most one of them can succeed.
          expect(done.filter(Boolean).length).toBe(fits.some(Boolean) ? 1 : 0);
          const winner = bytes[done.indexOf(true)] ?? before.bytes;
          expect(await sizes(store, app, ...names)).toEqual([winner, winner, winner]);
          expect(await store.usage(app.number)).toBe(await sumOfBytes(store, app));
        }),
        { numRuns: 30 },
      );
    }, 60_000);
  });
}

async function sizes(store: Store, app: App, ...names: readonly string[]): Promise<number[]> {
  return (await store.attributesOf(app.number, names.map(name))).map((stored) => stored?.bytes ?? -1);
}
