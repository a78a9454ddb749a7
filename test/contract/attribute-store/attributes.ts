import { describe, expect, test } from "bun:test";
import type { StoredVersion } from "../../../src/core/ports/attribute-store.ts";
import {
  addApp,
  addUsers,
  attributesOf,
  name,
  newUser,
  type OpenForTest,
  replacing,
  sumOfBytes,
} from "../open-for-test.ts";

export function describeAttributes(open: OpenForTest): void {
  describe("attributes", () => {
    test("a write replaces the version it names, once", async () => {
      await using opened = await open();
      const { store } = opened;
      const app = await addApp(store);
      await addUsers(store, app, "ada");
      const read = await attributesOf(store, app, "ada");
      const write = replacing(app, "ada", read, '{"a":"b"}', 2);
      expect(await store.writeAttributes(write)).toBe("written");
      const stored = { userId: read.userId, json: '{"a":"b"}', bytes: 2, version: 1, modified: write.modified };
      expect(await attributesOf(store, app, "ada")).toEqual(stored);
      expect(await store.writeAttributes({ ...write, json: "{}", bytes: 0 })).toBe("conflict");
      expect(await attributesOf(store, app, "ada")).toEqual(stored);
      expect(await store.writeAttributes({ ...replacing(app, "bob", read, "{}", 0) })).toBe("conflict");
      expect(await store.usage(app.number)).toBe(2);
    });

    test("a user deleted and created again is another one: a version of the first cannot be replaced", async () => {
      await using opened = await open();
      const { store } = opened;
      const app = await addApp(store);
      await addUsers(store, app, "ada");
      const read = await attributesOf(store, app, "ada");
      await store.deleteUsers(app.number, [name("ada")], 2000);
      await addUsers(store, app, "ada");
      expect((await attributesOf(store, app, "ada")).version).toBe(read.version);
      expect(await store.writeAttributes(replacing(app, "ada", read, '{"a":"b"}', 2))).toBe("conflict");
      expect(await store.usage(app.number)).toBe(0);
    });

    test("the app's limit is inclusive, and binds only writes that grow", async () => {
      await using opened = await open();
      const { store } = opened;
      const app = await addApp(store);
      await addUsers(store, app, "ada", "bob");
      const write = async (text: string, bytes: number, limit: number) =>
        store.writeAttributes(
          replacing(app, text, await attributesOf(store, app, text), `{"n":"${bytes}"}`, bytes, limit),
        );
      expect(await write("ada", 60, 100)).toBe("written");
      expect(await write("bob", 41, 100)).toBe("full");
      expect(await attributesOf(store, app, "bob")).toMatchObject({ version: 0, bytes: 0 });
      expect(await write("bob", 40, 100)).toBe("written");
      expect(await write("ada", 61, 100)).toBe("full");
      expect(await write("ada", 60, 10)).toBe("written");
      expect(await write("ada", 59, 10)).toBe("written");
      expect(await write("ada", 60, 10)).toBe("full");
      expect(await store.usage(app.number)).toBe(99);
    });

    test("clearing leaves nothing, advances version and time, and is no change when there was nothing", async () => {
      await using opened = await open();
      const { store } = opened;
      const app = await addApp(store);
      await addUsers(store, app, "ada");
      const empty = await attributesOf(store, app, "ada");
      await store.clearAttributes(app.number, name("ada"), 9000);
      expect(await attributesOf(store, app, "ada")).toEqual(empty);
      await store.writeAttributes(replacing(app, "ada", empty, '{"a":"b"}', 2));
      await store.clearAttributes(app.number, name("ada"), 1);
      const { userId, modified } = empty;
      expect(await attributesOf(store, app, "ada")).toEqual({
        userId,
        json: "{}",
        bytes: 0,
        version: 2,
        modified: modified + 2,
      });
      await store.clearAttributes(app.number, name("nobody"), 9000);
      expect(await store.usage(app.number)).toBe(0);
    });

    test("many users are read in one call, in the requested order, unknown ones as undefined", async () => {
      await using opened = await open();
      const { store } = opened;
      const app = await addApp(store);
      await addUsers(store, app, "ada", "bob");
      await addUsers(store, await addApp(store, "org/other"), "cyd");
      const ada = await attributesOf(store, app, "ada");
      const bob = await attributesOf(store, app, "bob");
      const asked = ["bob", "nobody", "ada", "cyd", "bob"].map(name);
      expect(await store.attributesOf(app.number, asked)).toEqual([bob, undefined, ada, undefined, bob]);
      expect(await store.attributesOf(app.number, [])).toEqual([]);
    });

    test("versions are those of the attributes, read without them, in the requested order", async () => {
      await using opened = await open();
      const { store } = opened;
      const app = await addApp(store);
      await addUsers(store, app, "ada", "bob");
      await addUsers(store, await addApp(store, "org/other"), "cyd");
      await store.writeAttributes(replacing(app, "ada", await attributesOf(store, app, "ada"), '{"a":"b"}', 2));
      const asked = ["bob", "nobody", "ada", "cyd", "bob"].map(name);
      // Before and after the attributes themselves are read, which may be cached from then on.
      for (let time = 0; time < 2; time++) {
        const found = await store.modifiedOf(app.number, asked);
        const versions = await Promise.all(asked.map((each) => store.version(app.number, each)));
        const forWrites = await Promise.all(asked.map((each) => store.version(app.number, each, "write")));
        const [ada, bob] = [await attributesOf(store, app, "ada"), await attributesOf(store, app, "bob")];
        expect(found).toEqual([bob.modified, undefined, ada.modified, undefined, bob.modified]);
        for (const each of [versions, forWrites]) {
          expect(each.map(withoutJson)).toEqual([bob, undefined, ada, undefined, bob].map(withoutJson));
        }
        expect(await store.modifiedOf(app.number, [name("ada")])).toEqual([ada.modified]);
      }
      expect(await store.version(app.number, name("ada"))).toMatchObject({ version: 1, bytes: 2 });
      expect(await store.modifiedOf(app.number, [])).toEqual([]);
      await store.clearAttributes(app.number, name("ada"), 9000);
      expect(await store.version(app.number, name("ada"))).toMatchObject({ version: 2, bytes: 0, modified: 9000 });
      expect(await store.modifiedOf(app.number, [name("ada")])).toEqual([9000]);
    });

    test("any text is returned unchanged", async () => {
      await using opened = await open();
      const { store } = opened;
      const app = await addApp(store);
      const values = [
        "\0",
        "\u{1f469}\u200d\u{1f52c}",
        "\u2028\u2029",
        "'; DROP TABLE users; --",
        '"\\',
        "é",
        "x".repeat(262_144),
      ];
      for (const [index, value] of values.entries()) {
        await store.insertUsers(app.number, [newUser(`user${index}`)]);
        const json = JSON.stringify({ __proto__: null, [value]: value });
        const read = await attributesOf(store, app, `user${index}`);
        expect(await store.writeAttributes(replacing(app, `user${index}`, read, json, index))).toBe("written");
        expect((await attributesOf(store, app, `user${index}`)).json === json).toBe(true);
      }
      expect(await store.usage(app.number)).toBe(await sumOfBytes(store, app));
    });

    test("usage is per app, and unknown apps use nothing", async () => {
      await using opened = await open();
      const { store } = opened;
      const one = await addApp(store, "org/one");
      const two = await addApp(store, "org/two");
      for (const [app, bytes] of [
        [one, 5],
        [two, 7],
      ] as const) {
        await addUsers(store, app, "ada");
        await store.writeAttributes(replacing(app, "ada", await attributesOf(store, app, "ada"), '{"a":"b"}', bytes));
      }
      expect([await store.usage(one.number), await store.usage(two.number), await store.usage(99)]).toEqual([5, 7, 0]);
      await store.deleteUsers(one.number, [name("ada")], 2000);
      expect([await store.usage(one.number), await store.usage(two.number)]).toEqual([0, 7]);
    });
  });
}

/** An engine may have the attributes in memory and return them too. */
function withoutJson(found: StoredVersion | undefined): StoredVersion | undefined {
  if (found === undefined) return undefined;
  const { userId, bytes, version, modified } = found;
  return { userId, bytes, version, modified };
}
