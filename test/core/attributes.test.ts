import { expect, test } from "bun:test";
import fc from "fast-check";
import { attributesJson, mergeAttributes, parseAttributes, projectJson } from "../../src/core/attributes.ts";

const key = fc.oneof(
  fc.constantFrom("__proto__", "constructor", "10", "9", "a", "\0", '"', "\u2028", "\ud83d\ude00", "toString"),
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 5 }),
);
const value = fc.string({ unit: "grapheme", minLength: 1, maxLength: 8 });
const attributes = fc.array(fc.tuple(key, value), { maxLength: 12 }).map((pairs) => new Map(pairs));
const changes = fc
  .array(fc.tuple(key, fc.oneof(value, fc.constant(""))), { maxLength: 12 })
  .map((pairs) => new Map(pairs));

test("what is written is JSON, and is read back whole", () => {
  fc.assert(
    fc.property(attributes, (some) => {
      const json = attributesJson(some);
      expect(parseAttributes(json)).toEqual(new Map([...some].sort(byKey)));
      expect(new Map(Object.entries(JSON.parse(json)))).toEqual(new Map(some) as Map<string, unknown>);
    }),
  );
});

test("equal attributes are equal texts, in whatever order they came", () => {
  fc.assert(
    fc.property(attributes, attributes, (one, other) => {
      const equal = one.size === other.size && [...one].every(([name, text]) => other.get(name) === text);
      expect(attributesJson(one) === attributesJson(other)).toBe(equal);
      expect(attributesJson(new Map([...one].reverse()))).toBe(attributesJson(one));
    }),
  );
  expect(
    attributesJson(
      new Map([
        ["b", "1"],
        ["10", "2"],
        ["9", "3"],
        ["__proto__", "4"],
      ]),
    ),
  ).toBe('{"10":"2","9":"3","__proto__":"4","b":"1"}');
});

// protocol.md § 8, rows 7 and 9.
test("a merge replaces what it names, removes what it empties, leaves the rest", () => {
  fc.assert(
    fc.property(attributes, changes, (before, what) => {
      const after = mergeAttributes(before, what);
      for (const [name, text] of what) expect(after.get(name)).toBe(text === "" ? (undefined as never) : text);
      for (const [name, text] of before) if (!what.has(name)) expect(after.get(name)).toBe(text);
      for (const name of after.keys()) expect(before.has(name) || what.has(name)).toBe(true);
    }),
  );
});

test("a projection is the part that was asked for", () => {
  fc.assert(
    fc.property(attributes, fc.uniqueArray(key), (some, keys) => {
      const wanted = new Set(keys);
      const expected = new Map([...some].filter(([name]) => wanted.has(name)));
      expect(projectJson(attributesJson(some), wanted)).toBe(attributesJson(expected));
    }),
  );
});

function byKey([a]: [string, string], [b]: [string, string]): number {
  return a < b ? -1 : 1;
}
