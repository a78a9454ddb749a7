import { describe, expect, test } from "bun:test";
import type { User } from "../../../src/core/model.ts";
import type { UserTerms } from "../../../src/core/ports/terms.ts";
import { addApp, addUsers, attributesOf, done, name, newUser, type OpenForTest, replacing } from "../open-for-test.ts";

export function describeUsers(open: OpenForTest): void {
  describe("users", () => {
    test("a new user is activated, has no attributes, and is read as created", async () => {
      await using opened = await open();
      const { store } = opened;
      const { number } = await addApp(store);
      const draft = {
        ...newUser("ada", 1234),
        passwordHash: "$argon2id$…",
        nickname: "Ada \u{1f469}\u200d\u{1f52c}\0",
      };
      expect(await store.insertUsers(number, [draft])).toEqual(["inserted"]);
      const user = { ...draft, activated: true, modified: 1234, tokensValidAfter: 0 };
      expect(await store.user(number, draft.name)).toEqual(user);
      const none = { userId: draft.id, json: "{}", bytes: 0, version: 0, modified: 1234 };
      expect(await store.attributes(number, draft.name)).toEqual(none);
    });

    test("a name is unique per app, also within one call", async () => {
      await using opened = await open();
      const { store } = opened;
      const one = await addApp(store, "org/one");
      const two = await addApp(store, "org/two");
      const drafts = [newUser("ada"), newUser("bob"), newUser("ada")];
      expect(await store.insertUsers(one.number, drafts)).toEqual(["inserted", "inserted", "taken"]);
      expect(await store.insertUsers(one.number, [newUser("bob"), newUser("cyd")])).toEqual(["taken", "inserted"]);
      expect(await store.insertUsers(two.number, [newUser("ada")])).toEqual(["inserted"]);
      expect((await store.user(one.number, name("ada")))?.id).toBe(drafts[0]?.id ?? "");
      expect(await store.insertUsers(one.number, [])).toEqual([]);
      expect(await store.insertUsers(99, [newUser("ada")])).toBeUndefined();
    });

    test("a user is found by id, in their own app and while they exist", async () => {
      await using opened = await open();
      const { store } = opened;
      const one = await addApp(store, "org/one");
      const two = await addApp(store, "org/two");
      const drafts = [{ ...newUser("ada"), id: "00000000-0000-4000-8000-00000000abcd" }, newUser("bob")];
      await store.insertUsers(one.number, drafts);
      for (const { id, name: known } of drafts) {
        expect(await store.userById(one.number, id)).toEqual(await store.user(one.number, known));
        expect(await store.userById(two.number, id)).toBeUndefined();
      }
      const [ada, bob] = drafts;
      expect(await store.userById(one.number, ada?.id.toUpperCase() ?? "")).toBeUndefined();
      expect(await store.userById(one.number, "")).toBeUndefined();
      await store.deleteUsers(one.number, [name("ada")], 2000);
      expect(await store.userById(one.number, ada?.id ?? "")).toBeUndefined();
      await store.deleteApp(one.number, 2000);
      expect(await store.userById(one.number, bob?.id ?? "")).toBeUndefined();
    });

    // DESIGN: names compare exactly after folding, on every engine.
    test("names are distinguished byte by byte", async () => {
      await using opened = await open();
      const { store } = opened;
      const app = await addApp(store);
      const names = ["ada", "ada.", ".ada", "a.da", "ada-", "ada_", "a_a", "a-a", "get", "capacity", "constructor"];
      const all = [...names, "__proto__", "tostring", "0", "00", "1e1", "10", "null", "a".repeat(64), "a".repeat(63)];
      await addUsers(store, app, ...all);
      const ids = new Set<string>();
      for (const text of all) ids.add((await attributesOf(store, app, text)).userId);
      expect(ids.size).toBe(all.length);
      for (const [index, text] of all.entries()) {
        const write = replacing(app, text, await attributesOf(store, app, text), `{"of":"${text}"}`, index);
        expect(await store.writeAttributes(write)).toBe("written");
        await store.changeUser(app.number, name(text), { passwordHash: text }, 2000);
      }
      for (const text of all) {
        expect((await attributesOf(store, app, text)).json).toBe(`{"of":"${text}"}`);
        expect((await store.user(app.number, name(text)))?.passwordHash).toBe(text);
      }
      expect(await store.user(app.number, name("ad"))).toBeUndefined();
      expect(await store.user(app.number, name("hasownproperty"))).toBeUndefined();
    });

    test("a change affects the named fields only; each revocation time is later than the previous one", async () => {
      await using opened = await open();
      const { store } = opened;
      const app = await addApp(store);
      await addUsers(store, app, "ada");
      const ada = await store.user(app.number, name("ada"));
      const change = (what: object, now: number) => store.changeUser(app.number, name("ada"), what, now);
      const hashed = await change({ passwordHash: "new", revokeTokens: true }, 2000);
      expect(hashed).toEqual({ ...ada, passwordHash: "new", modified: 2000, tokensValidAfter: 2000 } as typeof hashed);
      expect(await change({ activated: false, revokeTokens: true }, 2000)).toMatchObject({ tokensValidAfter: 2001 });
      expect(await change({ activated: true }, 3000)).toMatchObject({ activated: true, tokensValidAfter: 2001 });
      expect((await store.user(app.number, name("ada")))?.passwordHash).toBe("new");
      expect(await store.changeUser(app.number, name("bob"), { activated: true }, 3000)).toBeUndefined();
    });

    test("only the user that was read is changed, and only if unchanged since", async () => {
      await using opened = await open();
      const { store } = opened;
      const { number } = await addApp(store);
      const [former, ada] = [newUser("ada"), newUser("ada")];
      const change = (passwordHash: string, only: UserTerms["only"]) =>
        store.changeUser(number, ada.name, { passwordHash, revokeTokens: true }, 2000, { only });
      await store.insertUsers(number, [former]);
      await store.deleteUsers(number, [former.name], 1500);
      await store.insertUsers(number, [ada]);
      const { cursor } = await store.changesSince(0);
      expect(await change("one", { id: former.id })).toBeUndefined();
      expect(await change("two", { id: former.id, tokensValidAfter: 0 })).toBeUndefined();
      expect(await change("three", { id: ada.id, tokensValidAfter: 1 })).toBe("conflict");
      expect(await store.user(number, ada.name)).toMatchObject({ ...ada, modified: ada.created, tokensValidAfter: 0 });
      expect(await store.changesSince(cursor)).toEqual({ cursor, changes: [] });
      expect(await change("four", { id: ada.id, tokensValidAfter: 0 })).toMatchObject({ tokensValidAfter: 2000 });
      expect(await change("five", { id: ada.id, tokensValidAfter: 0 })).toBe("conflict");
      expect(await change("six", { id: ada.id })).toMatchObject({ passwordHash: "six", tokensValidAfter: 2001 });
    });

    test("exactly one of many changes that read the same state succeeds", async () => {
      await using opened = await open();
      const { store } = opened;
      const { number } = await addApp(store);
      const ada = newUser("ada");
      await store.insertUsers(number, [ada]);
      const only = { id: ada.id, tokensValidAfter: 0 };
      const hashes = Array.from({ length: 16 }, (_, index) => `hash ${index}`);
      const answers = await Promise.all(
        hashes.map((passwordHash) =>
          store.changeUser(number, ada.name, { passwordHash, revokeTokens: true }, 2000, { only }),
        ),
      );
      expect(answers.filter((answer) => answer === "conflict")).toHaveLength(15);
      const winner = hashes[answers.findIndex((answer) => answer !== "conflict")];
      expect((await store.user(number, ada.name))?.passwordHash).toBe(winner ?? "");
    });

    test("a change of the user leaves the attributes unchanged, and vice versa", async () => {
      await using opened = await open();
      const { store } = opened;
      const app = await addApp(store);
      await addUsers(store, app, "ada");
      const write = replacing(app, "ada", await attributesOf(store, app, "ada"), '{"a":"b"}', 2);
      const before = await store.user(app.number, name("ada"));
      expect(await store.writeAttributes(write)).toBe("written");
      expect(await store.user(app.number, name("ada"))).toEqual(before);
      const attributes = await attributesOf(store, app, "ada");
      await store.changeUser(
        app.number,
        name("ada"),
        { passwordHash: "new", activated: false, revokeTokens: true },
        9000,
      );
      expect(await attributesOf(store, app, "ada")).toEqual(attributes);
      const changed = await store.user(app.number, name("ada"));
      await store.clearAttributes(app.number, name("ada"), 9500);
      expect(await store.user(app.number, name("ada"))).toEqual(changed);
    });

    test("users are listed by creation, then name, page after page", async () => {
      await using opened = await open();
      const { store } = opened;
      const { number } = await addApp(store);
      const other = await addApp(store, "org/other");
      await addUsers(store, other, "x", "y");
      // Users of one moment are created in an order that is neither that of their names nor its reverse.
      const drafts = [newUser("z", 3), newUser("e", 1), newUser("b", 1), newUser("d", 1), newUser("c", 1)];
      await store.insertUsers(number, [...drafts, newUser("a", 2)]);
      const pages: string[][] = [];
      let last: User | undefined;
      for (let count = 0; count < 4; count++) {
        const page = await store.users(number, last, 2);
        pages.push(page.map((user) => user.name));
        last = page.at(-1);
      }
      expect(pages).toEqual([["b", "c"], ["d", "e"], ["a", "z"], []]);
      const afterNobody = { created: 1, name: name("bb") };
      expect((await store.users(number, afterNobody, 1)).map((user) => user.name as string)).toEqual(["c"]);
    });

    test("deleting returns the users that existed, in the requested order, and deletes their attributes", async () => {
      await using opened = await open();
      const { store } = opened;
      const app = await addApp(store);
      await addUsers(store, app, "ada", "bob", "cyd");
      const asked = ["cyd", "nobody", "ada", "cyd"].map(name);
      const removed = done(await store.deleteUsers(app.number, asked, 2000));
      expect(removed.map((user) => user.name as string)).toEqual(["cyd", "ada"]);
      expect(await store.user(app.number, name("ada"))).toBeUndefined();
      expect(await store.attributes(app.number, name("ada"))).toBeUndefined();
      expect((await store.users(app.number, undefined, 10)).map((user) => user.name as string)).toEqual(["bob"]);
    });

    test("a deletion skips named users that have another id by now", async () => {
      await using opened = await open();
      const { store } = opened;
      const app = await addApp(store);
      const former = ["ada", "bob", "cyd"].map((text) => newUser(text));
      await store.insertUsers(app.number, former);
      await store.deleteUsers(app.number, [name("bob"), name("cyd")], 2000);
      await addUsers(store, app, "bob");
      const write = replacing(app, "bob", await attributesOf(store, app, "bob"), '{"a":"b"}', 2);
      expect(await store.writeAttributes(write)).toBe("written");
      const { cursor } = await store.changesSince(0);
      const ids = former.map(({ id }) => id);
      const names = former.map((user) => user.name);
      const removed = done(await store.deleteUsers(app.number, names, 3000, { ids }));
      expect(removed.map((user) => user.id)).toEqual(ids.slice(0, 1));
      expect((await store.changesSince(cursor)).changes).toEqual([{ kind: "user", userId: ids[0] ?? "" }]);
      expect((await attributesOf(store, app, "bob")).json).toBe('{"a":"b"}');
      expect(await store.usage(app.number)).toBe(2);
      const again = (await store.user(app.number, name("bob")))?.id ?? "";
      expect(done(await store.deleteUsers(app.number, [name("bob")], 3000, { ids: [again] }))).toHaveLength(1);
    });
  });
}
