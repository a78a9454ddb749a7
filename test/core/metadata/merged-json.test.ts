import { expect, test } from "bun:test";
import fc from "fast-check";
import type { Pace } from "../../../src/core/async/pace.ts";
import type { AttributePatch } from "../../../src/core/metadata/attributes.ts";
import { mergedJson, pacedMerge, type SizedJson } from "../../../src/core/metadata/merged-json.ts";
import { anyAttributes, anyChanges } from "./any-attributes.ts";
import { attributesJson } from "./attributes-json.ts";

const ALWAYS_DUE: Pace = { isDue: () => true, rest: () => Promise.resolve() };

const RUNS = { numRuns: 3000 };

// docs/PROTOCOL.md § Readings, rows 7 and 9.
test("a merge replaces what it names, removes what it empties, leaves the rest, and knows its bytes", () => {
  fc.assert(
    fc.property(anyAttributes, anyChanges, (before, changes) => {
      const after = merge(before, changes);
      expect(mergedJson(sized(before), changes)).toEqual(sized(after));
    }),
    RUNS,
  );
});

test("sequential merges leave the last value of each key", () => {
  fc.assert(
    fc.property(fc.array(anyChanges, { maxLength: 6 }), (sets) => {
      const merged = sets.reduce(mergedJson, { json: "{}", bytes: 0 });
      expect(merged).toEqual(sized(sets.reduce<Map<string, string>>(merge, new Map())));
    }),
    { numRuns: 500 },
  );
});

test("a merge that yields to the event loop has the same result", async () => {
  await fc.assert(
    fc.asyncProperty(anyAttributes, anyChanges, async (before, changes) => {
      const stored = sized(before);
      const merged = mergedJson(stored, changes);
      const runLimited = await pacedMerge(stored, changes, ALWAYS_DUE);
      expect(runLimited).toEqual(merged);
      expect(runLimited === stored).toBe(merged === stored);
    }),
    RUNS,
  );
  const many = new Map(Array.from({ length: 5000 }, (_, index) => [`key${index % 4999}`, String(index)]));
  expect(await pacedMerge(sized(new Map()), many, ALWAYS_DUE)).toEqual(sized(many));
});

test("changes that change nothing return the stored text itself", () => {
  fc.assert(
    fc.property(anyAttributes, anyChanges, fc.nat(12), (some, others, count) => {
      const stored = sized(some);
      const same = [...some].slice(0, count);
      const removed = [...others.keys()].filter((key) => !some.has(key)).map((key) => [key, ""] as const);
      expect(mergedJson(stored, new Map([...removed, ...same]))).toBe(stored);
    }),
    RUNS,
  );
});

// the specification: "the total length of properties for a single user"; docs/PROTOCOL.md § Readings, row 10.
test("the size of attributes is that of all keys and values in UTF-8, whatever their JSON needs", () => {
  const none: SizedJson = { json: "{}", bytes: 0 };
  const one = mergedJson(none, new Map([["nickname", "\u4f60\u597d"]]));
  expect(one).toEqual({ json: '{"nickname":"\u4f60\u597d"}', bytes: 8 + 6 });
  const two = mergedJson(one, new Map([["\n", '"\0\ud800']]));
  expect(two).toEqual({ json: '{"\\n":"\\"\\u0000\\ud800","nickname":"\u4f60\u597d"}', bytes: 14 + 1 + 5 });
  const three = mergedJson(two, new Map([["nickname", ""]]));
  expect(three).toEqual({ json: '{"\\n":"\\"\\u0000\\ud800"}', bytes: 6 });
  expect(mergedJson(three, new Map([["\n", ""]]))).toEqual(none);
});

test("a truncated text is an error, not an endless search", () => {
  for (const json of ['{"a":"b', '{"a', '{"a\\', '{"a":"b\\"}']) {
    expect(() => mergedJson({ json, bytes: 2 }, new Map([["z", "1"]]))).toThrow("truncated");
  }
});

function merge(before: ReadonlyMap<string, string>, changes: AttributePatch): Map<string, string> {
  return new Map([...before, ...changes].filter(([key]) => changes.get(key) !== ""));
}

function sized(attributes: ReadonlyMap<string, string>): SizedJson {
  const bytes = [...attributes].flat().reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  return { json: attributesJson(attributes), bytes };
}
