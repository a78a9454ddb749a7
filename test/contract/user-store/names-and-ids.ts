import { describe, expect, test } from "bun:test";
import type { UserName } from "../../../src/core/model.ts";
import type { NewUser } from "../../../src/core/ports/user-store.ts";
import { addApp, freshId, name, newUser, type OpenForTest } from "../open-for-test.ts";

/** Tokens may name a user by either, so no name may be another user's id. */
export function describeNames(open: OpenForTest): void {
  describe("names and ids", () => {
    const named = (id: string): NewUser => newUser(id);
    const withId = (text: string, id: string): NewUser => ({ ...newUser(text), id });

    test("a name that is the id of another user of the app is taken", async () => {
      await using opened = await open();
      const { store } = opened;
      const { number } = await addApp(store);
      const ada = newUser("ada");
      await store.insertUsers(number, [ada]);
      expect(await store.insertUsers(number, [named(ada.id)])).toEqual(["taken"]);
      expect(await store.user(number, name(ada.id))).toBeUndefined();
      expect(await store.users(number, undefined, 10)).toHaveLength(1);
      const bob = newUser("bob");
      const together = [bob, named(bob.id), newUser("cyd"), named(ada.id)];
      expect(await store.insertUsers(number, together)).toEqual(["inserted", "taken", "inserted", "taken"]);
      expect(await store.users(number, undefined, 10)).toHaveLength(3);
    });

    test("an id that is the name of another user of the app, or another's id, is taken", async () => {
      await using opened = await open();
      const { store } = opened;
      const { number } = await addApp(store);
      const [taken, later] = [freshId(), freshId()];
      const eve = named(taken);
      await store.insertUsers(number, [eve]);
      expect(await store.insertUsers(number, [withId("ada", taken)])).toEqual(["taken"]);
      expect(await store.insertUsers(number, [withId("ada", eve.id)])).toEqual(["taken"]);
      expect(await store.user(number, name("ada"))).toBeUndefined();
      expect(await store.userById(number, taken)).toBeUndefined();
      expect(await store.userById(number, eve.id)).toMatchObject({ name: taken });
      const together = [
        named(later),
        withId("ada", later),
        withId("bob", eve.id),
        newUser("ada"),
        withId("cyd", taken),
      ];
      expect(await store.insertUsers(number, together)).toEqual(["inserted", "taken", "taken", "inserted", "taken"]);
    });

    test("other names that look like an id are valid, a user's own id included", async () => {
      await using opened = await open();
      const { store } = opened;
      const one = await addApp(store, "org/one");
      const two = await addApp(store, "org/two");
      const [ada, own] = [newUser("ada"), freshId()];
      await store.insertUsers(one.number, [ada]);
      expect(await store.insertUsers(one.number, [named(freshId()), withId(own, own)])).toEqual([
        "inserted",
        "inserted",
      ]);
      expect(await store.userById(one.number, own)).toEqual(await store.user(one.number, name(own)));
      expect(await store.insertUsers(two.number, [named(ada.id), withId("bob", own)])).toEqual([
        "inserted",
        "inserted",
      ]);
      // A deleted user leaves both free.
      await store.deleteUsers(one.number, [ada.name, name(own)], 2000);
      expect(await store.insertUsers(one.number, [named(ada.id), withId("bob", own)])).toEqual([
        "inserted",
        "inserted",
      ]);
    });

    test("exactly one of two concurrent calls that take one text, as a name and as an id, succeeds", async () => {
      await using opened = await open();
      const { store } = opened;
      const { number } = await addApp(store);
      const ids = Array.from({ length: 12 }, freshId);
      const insert = async (draft: NewUser) => (await store.insertUsers(number, [draft]))?.toString();
      const results = await Promise.all(
        ids.map((id, index) => {
          const drafts = [named(id), withId(`user${index}`, id)];
          return Promise.all((index % 2 === 0 ? drafts : drafts.reverse()).map(insert));
        }),
      );
      expect(results.map((pair) => pair.sort())).toEqual(ids.map(() => ["inserted", "taken"]));
      for (const id of ids) {
        const found = [await store.user(number, name(id)), await store.userById(number, id)];
        expect(found.filter((user) => user !== undefined)).toHaveLength(1);
      }
    });

    test("exactly one of many users with the same id created concurrently exists", async () => {
      await using opened = await open();
      const { store } = opened;
      const { number } = await addApp(store);
      const id = freshId();
      const drafts = Array.from({ length: 12 }, (_, index) => withId(`user${index}`, id));
      const results = await Promise.all(drafts.map((draft) => store.insertUsers(number, [draft])));
      expect(results.filter((result) => result?.[0] === "inserted")).toHaveLength(1);
      const names: UserName[] = (await store.users(number, undefined, 20)).map((user) => user.name);
      expect(names).toEqual(drafts.filter((_, index) => results[index]?.[0] === "inserted").map((user) => user.name));
    });
  });
}
