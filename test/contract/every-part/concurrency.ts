import { describe, expect, test } from "bun:test";
import type { App } from "../../../src/core/model.ts";
import type { Store } from "../../../src/core/ports/store.ts";
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

/** Calls that overlap: each starts before any has ended. */
export function describeConcurrency(open: OpenForTest): void {
  describe("overlapping calls", () => {
    test("exactly one of many writes that replace one version succeeds", async () => {
      await using opened = await open();
      const { store } = opened;
      const app = await addApp(store);
      await addUsers(store, app, "ada");
      for (let round = 0; round < 5; round++) {
        const read = await attributesOf(store, app, "ada");
        const writes = Array.from({ length: 24 }, (_, index) =>
          replacing(app, "ada", read, `{"winner":"${round}.${index}"}`, 100 + index),
        );
        const outcomes = await Promise.all(writes.map((write) => store.writeAttributes(write)));
        expect(outcomes.filter((outcome) => outcome === "written")).toHaveLength(1);
        expect(outcomes.filter((outcome) => outcome === "conflict")).toHaveLength(23);
        const winner = writes[outcomes.indexOf("written")];
        const stored = await attributesOf(store, app, "ada");
        expect(stored.json).toBe(winner?.json ?? "");
        expect(stored.version).toBe(read.version + 1);
        expect(await store.usage(app.number)).toBe(stored.bytes);
      }
    });

    test("an app's limit is never exceeded, and is used up", async () => {
      await using opened = await open();
      const { store } = opened;
      const app = await addApp(store);
      const names = Array.from({ length: 64 }, (_, index) => `user${index}`);
      await addUsers(store, app, ...names);
      const write = async (text: string) =>
        store.writeAttributes(replacing(app, text, await attributesOf(store, app, text), '{"a":"b"}', 30, 1000));
      const outcomes = await Promise.all(names.map(write));
      expect(outcomes.filter((outcome) => outcome === "written")).toHaveLength(33);
      expect(outcomes.filter((outcome) => outcome === "full")).toHaveLength(31);
      expect(await store.usage(app.number)).toBe(990);
      expect(await sumOfBytes(store, app)).toBe(990);
    });

    test("exactly one of many concurrent registrations of one name succeeds", async () => {
      await using opened = await open();
      const { store } = opened;
      const { number } = await addApp(store);
      const drafts = Array.from({ length: 24 }, () => newUser("ada"));
      const results = await Promise.all(drafts.map((draft) => store.insertUsers(number, [draft])));
      expect(results.filter((result) => result?.[0] === "inserted")).toHaveLength(1);
      const winner = drafts[results.findIndex((result) => result?.[0] === "inserted")];
      expect((await store.user(number, name("ada")))?.id).toBe(winner?.id ?? "");
    });

    test("usage is exact after concurrent calls of every kind", async () => {
      await using opened = await open();
      const { store } = opened;
      const app = await addApp(store);
      const names = Array.from({ length: 12 }, (_, index) => `user${index}`);
      await addUsers(store, app, ...names);
      await Promise.all(Array.from({ length: 24 }, (_, writer) => stormOf(store, app, names, writer)));
      expect(await store.usage(app.number)).toBe(await sumOfBytes(store, app));
      expect(await store.usage(app.number)).toBeGreaterThan(0);
    });
  });
}

/** Always the same calls for the same writer, in an order that overlaps with other writers. */
async function stormOf(store: Store, app: App, names: readonly string[], writer: number): Promise<void> {
  for (let step = 0; step < 30; step++) {
    const text = names[(writer * 7 + step * 5) % names.length] ?? "";
    const dice = (writer * 31 + step * 17) % 10;
    if (dice === 0) await store.deleteUsers(app.number, [name(text)], 2000 + step);
    else if (dice === 1) await store.clearAttributes(app.number, name(text), 2000 + step);
    else if (dice <= 3) await store.insertUsers(app.number, [newUser(text)]);
    else {
      const read = await store.attributes(app.number, name(text));
      if (read === undefined) continue;
      await store.writeAttributes(replacing(app, text, read, `{"by":"${writer}.${step}"}`, 10 + writer + step));
    }
  }
}
