import { expect, test } from "bun:test";
import fc from "fast-check";
import { parseAttributes } from "../../../src/core/metadata/attributes.ts";
import { anyAttributes as attributes } from "./any-attributes.ts";
import { attributesJson } from "./attributes-json.ts";

test("the written text is JSON, and is read back whole", () => {
  fc.assert(
    fc.property(attributes, (some) => {
      const json = attributesJson(some);
      expect(parseAttributes(json)).toEqual(new Map([...some].sort(byKey)));
      expect(new Map(Object.entries(JSON.parse(json)))).toEqual(new Map(some) as Map<string, unknown>);
    }),
  );
});

test("equal attributes are equal texts, whatever their order", () => {
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

function byKey([a]: [string, string], [b]: [string, string]): number {
  return a < b ? -1 : 1;
}
