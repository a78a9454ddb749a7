import { expect, test } from "bun:test";
import fc from "fast-check";
import { ENTRY_BYTES, TokenCache } from "../../../src/core/tokens/token-cache.ts";

interface Entry {
  readonly token: string;
  readonly serial: number;
}

const GENERATION_MAX = 3;
const KEY_CHARACTERS = 1;

/** With that many tokens per generation. */
function memoryOf(generationMax: number, keyCharacters = KEY_CHARACTERS): TokenCache<Entry> {
  return new TokenCache({ resource: "token_caches", bytesMax: 2 * generationMax * (ENTRY_BYTES + keyCharacters) });
}

const token = fc.constantFrom("a", "b", "c", "d", "e", "f", "g", "h");
const userId = fc.constantFrom(undefined, "ada", "bob");
const operation = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("add" as const), token, userId }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("find" as const), token }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("invalidateUser" as const), userId }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("clear" as const) }) },
);

test("finds the last entry of a token, never an evicted one, and always those used last", () => {
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 60 }), (operations) => {
      const memory = memoryOf(GENERATION_MAX);
      /** The entries not evicted, in the order of their last use. */
      const model = new Map<string, { entry: Entry; userId: string | undefined }>();
      let serial = 0;
      const use = (used: string, known: { entry: Entry; userId: string | undefined }) => {
        model.delete(used);
        model.set(used, known);
      };
      for (const done of operations) {
        if (done.kind === "add") {
          const entry = { token: done.token, serial: serial++ };
          memory.add(done.token, entry, done.userId);
          use(done.token, { entry, userId: done.userId });
        } else if (done.kind === "find") {
          const known = model.get(done.token);
          const isRecent = [...model.keys()].slice(-GENERATION_MAX).includes(done.token);
          const found = memory.find(done.token);
          if (isRecent) expect(found).toBe(known?.entry as Entry); // as: it is in the model
          if (found !== undefined) expect(found).toBe(known?.entry as Entry); // as: undefined fails here
          expect(memory.has(done.token)).toBe(found !== undefined);
          // An evicted token stays out until it is added again.
          if (known !== undefined && found !== undefined) use(done.token, known);
          else model.delete(done.token);
        } else if (done.kind === "invalidateUser") {
          if (done.userId === undefined) continue;
          memory.invalidateUser(done.userId);
          for (const [known, { userId }] of model) if (userId === done.userId) model.delete(known);
        } else {
          memory.clear();
          model.clear();
        }
      }
    }),
    { numRuns: 3000 },
  );
});

test("holds no more than two generations", () => {
  const memory = memoryOf(1000, 5);
  for (let serial = 0; serial < 10_000; serial++) memory.add(`t${serial}`, { token: `t${serial}`, serial }, "ada");
  const found = Array.from({ length: 10_000 }, (_, serial) => memory.has(`t${serial}`)).filter(Boolean);
  expect(found.length).toBeGreaterThanOrEqual(1000);
  expect(found.length).toBeLessThanOrEqual(2000);
});

test("a user is evicted with their tokens of both generations", () => {
  const memory = memoryOf(2, 5);
  const add = (token: string, userId: string) => memory.add(token, { token, serial: 0 }, userId);
  add("old", "ada");
  add("other", "bob");
  add("new", "ada");
  memory.invalidateUser("ada");
  expect(["old", "new", "other"].map((token) => memory.has(token))).toEqual([false, false, true]);
  add("old", "ada");
  expect(memory.has("old")).toBe(true);
});

test("holds no more bytes than it may, however long the keys, and counts a key once", () => {
  const bytesMax = 200_000;
  const memory = new TokenCache<Entry>({ resource: "token_caches", bytesMax });
  for (let serial = 0; serial < 2000; serial++) {
    const token = `${serial}`.padStart(1 + (serial % 2000), "x");
    memory.add(token, { token, serial }, "ada");
    expect(memory.bytes).toBeLessThanOrEqual(bytesMax);
  }
  memory.clear();
  for (let time = 0; time < 1000; time++) memory.add("same", { token: "same", serial: time }, "ada");
  expect(memory.bytes).toBe(ENTRY_BYTES + 4);
});
