import { expect, test } from "bun:test";
import fc from "fast-check";
import { differingJson } from "../../../src/core/metadata/differing-json.ts";
import { anyAttributes, anyChanges } from "./any-attributes.ts";
import { attributesJson } from "./attributes-json.ts";

test("of the named keys, those with another value are returned with it, and missing ones as null", async () => {
  await fc.assert(
    fc.asyncProperty(anyAttributes, anyChanges, fc.nat(12), async (stored, changes, count) => {
      const wanted = new Map([...changes, ...[...stored].slice(0, count)]);
      const differing = [...wanted].filter(([key, value]) => (stored.get(key) ?? "") !== value);
      const json = await differingJson(attributesJson(stored), wanted, { isDue: () => true, rest: async () => {} });
      const expected = Object.fromEntries(differing.map(([key]) => [key, stored.get(key) ?? null]));
      expect(JSON.parse(json)).toEqual(expected);
    }),
    { numRuns: 3000 },
  );
});
