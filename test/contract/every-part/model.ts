import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { App } from "../../../src/core/model.ts";
import type { Store } from "../../../src/core/ports/store.ts";
import { addApp, done, name, newUser, type OpenForTest } from "../open-for-test.ts";

/** The store's contents by a plain reading of the guarantees. */
interface ModelUser {
  readonly created: number;
  json: string;
  bytes: number;
  version: number;
  modified: number;
}

type Model = Map<string, ModelUser>;

const APP_BYTES_MAX = 60;

const username = fc.constantFrom("a", "b", "c", "__proto__", "a.b", "10");
const operation = fc.oneof(
  fc.record({ kind: fc.constant("insert" as const), name: username, created: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ kind: fc.constant("write" as const), name: username, bytes: fc.integer({ min: 1, max: 30 }) }),
  fc.record({ kind: fc.constant("stale" as const), name: username, bytes: fc.integer({ min: 1, max: 30 }) }),
  fc.record({ kind: fc.constant("clear" as const), name: username }),
  fc.record({ kind: fc.constant("delete" as const), names: fc.array(username, { maxLength: 3 }) }),
  fc.record({
    kind: fc.constant("list" as const),
    after: fc.option(fc.record({ created: fc.integer({ min: 0, max: 5 }), name: username }), { nil: undefined }),
    limit: fc.integer({ min: 1, max: 4 }),
  }),
  fc.record({ kind: fc.constant("purge" as const) }),
  fc.record({ kind: fc.constant("change app" as const) }),
);
type Operation = typeof operation extends fc.Arbitrary<infer Value> ? Value : never;

const RUNS = 60;

export function describeModel(open: OpenForTest): void {
  describe("any sequence of calls", () => {
    test("returns the same as a plain map, and usage is the map's sum", async () => {
      await using opened = await open();
      const { store } = opened;
      let round = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(operation, { maxLength: 40 }), async (operations) => {
          round += 1;
          const app = await addApp(store, `org/app${round}`);
          const model: Model = new Map();
          for (const each of operations) await apply(store, app, model, each);
          await compare(store, app, model);
          // The run's data is removed with its app.
          await store.deleteApp(app.number, 5);
          expect(await store.purge(100)).toBe(model.size);
        }),
        { numRuns: RUNS },
      );
    });
  });
}

async function apply(store: Store, app: App, model: Model, operation: Operation): Promise<void> {
  switch (operation.kind) {
    case "insert": {
      const [result] = (await store.insertUsers(app.number, [newUser(operation.name, operation.created)])) ?? [];
      expect(result).toBe(model.has(operation.name) ? "taken" : "inserted");
      if (result === "inserted") {
        model.set(operation.name, {
          created: operation.created,
          json: "{}",
          bytes: 0,
          version: 0,
          modified: operation.created,
        });
      }
      return;
    }
    case "write":
      return await write(store, app, model, operation.name, operation.bytes, 0);
    case "stale":
      return await write(store, app, model, operation.name, operation.bytes, 1);
    case "clear": {
      await store.clearAttributes(app.number, name(operation.name), 5);
      const user = model.get(operation.name);
      if (user === undefined || user.json === "{}") return;
      const modified = Math.max(5, user.modified + 1);
      Object.assign(user, { json: "{}", bytes: 0, version: user.version + 1, modified });
      return;
    }
    case "delete": {
      const removed = done(await store.deleteUsers(app.number, operation.names.map(name), 5));
      const expected = operation.names.filter((text) => model.delete(text));
      expect(removed.map((user) => user.name as string)).toEqual(expected);
      return;
    }
    case "list": {
      const { after, limit } = operation;
      const page = await store.users(app.number, after && { ...after, name: name(after.name) }, limit);
      expect(page.map((user) => user.name as string)).toEqual(inOrder(model, after).slice(0, limit));
      return;
    }
    case "purge":
      expect(await store.purge(100)).toBe(0);
      return;
    case "change app":
      await store.changeApp(app.number, { batchMax: 1 }, 5);
  }
}

/** @param staleBy by how many changes the named version is stale */
async function write(
  store: Store,
  app: App,
  model: Model,
  text: string,
  bytes: number,
  staleBy: number,
): Promise<void> {
  const stored = await store.attributes(app.number, name(text));
  const user = model.get(text);
  expect(stored?.version).toBe(user?.version as number);
  if (stored === undefined || user === undefined) return;
  const json = `{"bytes":"${bytes}"}`;
  const { userId, version, modified } = stored;
  const target = { app: app.number, name: name(text), userId, version: version - staleBy };
  const outcome = await store.writeAttributes({
    ...target,
    json,
    bytes,
    growth: bytes - stored.bytes,
    modified: modified + 1,
    appBytesMax: APP_BYTES_MAX,
  });
  const isFull = bytes > user.bytes && sumOf(model) - user.bytes + bytes > APP_BYTES_MAX;
  expect(outcome).toBe(staleBy > 0 ? "conflict" : isFull ? "full" : "written");
  if (outcome === "written") Object.assign(user, { json, bytes, version: user.version + 1, modified: modified + 1 });
}

async function compare(store: Store, app: App, model: Model): Promise<void> {
  expect((await store.users(app.number, undefined, 100)).map((user) => user.name as string)).toEqual(inOrder(model));
  for (const [text, { json, bytes, version, modified }] of model) {
    expect(await store.attributes(app.number, name(text))).toMatchObject({ json, bytes, version, modified });
  }
  expect(await store.usage(app.number)).toBe(sumOf(model));
}

function sumOf(model: Model): number {
  return [...model.values()].reduce((sum, { bytes }) => sum + bytes, 0);
}

interface Place {
  readonly created: number;
  readonly name: string;
}

/** By creation, then name: those after this position, or all. */
function inOrder(model: Model, after: Place = { created: 0, name: "" }): string[] {
  const isBehind = (one: Place, other: Place): boolean =>
    one.created > other.created || (one.created === other.created && one.name > other.name);
  const places = [...model].map(([text, { created }]) => ({ created, name: text }));
  const behind = places.filter((place) => isBehind(place, after));
  return behind.sort((a, b) => (isBehind(a, b) ? 1 : -1)).map((place) => place.name);
}
