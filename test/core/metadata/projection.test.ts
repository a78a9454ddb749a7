import { expect, test } from "bun:test";
import fc from "fast-check";
import { pacedProjection, projection } from "../../../src/core/metadata/projection.ts";
import { anyAttributes, anyKey } from "./any-attributes.ts";
import { attributesJson } from "./attributes-json.ts";

// docs/PROTOCOL.md § Readings, row 4: `{}` for a user with none of them.
test("a projection is the part that was asked for, for few keys and for many, of one text after the other", () => {
  fc.assert(
    fc.property(fc.array(anyAttributes, { maxLength: 3 }), fc.array(anyKey, { maxLength: 20 }), (users, keys) => {
      const stored = users.flatMap((some) => [...some.keys()]);
      for (const wanted of [keys, [...keys, ...stored], stored.slice(1, 4)]) {
        const project = projection(wanted);
        for (const some of users) {
          const expected = new Map([...some].filter(([key]) => wanted.includes(key)));
          expect(project(attributesJson(some))).toBe(attributesJson(expected));
        }
      }
    }),
    { numRuns: 2000 },
  );
});

test("a projection of very many keys yields to the event loop, and is the same", async () => {
  const keys = Array.from({ length: 3000 }, (_, index) => `key${index}`);
  let rests = 0;
  const project = await pacedProjection(keys, async () => {
    rests += 1;
  });
  const some = new Map([...keys.slice(0, 50), "other"].map((key) => [key, "v"]));
  expect(project(attributesJson(some))).toBe(projection(keys)(attributesJson(some)));
  expect(rests).toBe(2);
});

test("no text that merely looks like the key is mistaken for it", () => {
  const some = new Map([
    ["a", ":"],
    ["a\\", ","],
    [":", "v"],
    [",", '":"'],
    ['x"ext', "no"],
    ["note", '"ext":"no"'],
    ["extra", "no"],
  ]);
  const json = attributesJson(some);
  expect(projection(["ext", "x", "no", "v", ""])(json)).toBe("{}");
  for (const [key, value] of some) expect(projection([key])(json)).toBe(attributesJson(new Map([[key, value]])));
});

test("an empty text, and an empty list of keys, give an empty projection", () => {
  expect(projection(["a"])("{}")).toBe("{}");
  expect(projection([])('{"a":"b"}')).toBe("{}");
});

test("a truncated text is an error, not an endless search", () => {
  for (const json of ['{"a":"b', '{"a', '{"a":"b\\"}']) expect(() => projection(["z"])(json)).toThrow("truncated");
});
