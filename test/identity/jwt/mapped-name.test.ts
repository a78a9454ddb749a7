import { expect, test } from "bun:test";
import fc from "fast-check";
import { userName } from "../../../src/core/model.ts";
import { mappedName } from "../../../src/identity/jwt/mapped-name.ts";

test("escape keeps lower-case letters, digits and -, and writes every other byte as _ and two hex digits", () => {
  for (const [text, name] of [
    ["ada-1", "ada-1"],
    ["Ada", "_41da"],
    ["ada@example.com", "ada_40example_2ecom"],
    ["auth0|5f7c8ec7", "auth0_7c5f7c8ec7"],
    ["a_b.c", "a_5fb_2ec"],
    ["é", "_c3_a9"],
    ["\u0000\n", "_00_0a"],
    ["..", "_2e_2e"],
    ["😀", "_f0_9f_98_80"],
    ["a".repeat(64), "a".repeat(64)],
    ["a".repeat(65), undefined],
    [`${"a".repeat(62)}A`, undefined],
    ["", undefined],
  ] as const) {
    expect([text, mappedName(text, "escape")]).toEqual([text, name]);
  }
});

test("hash is h- and the first 40 digits of SHA-256 of the text in UTF-8, however long", () => {
  // printf '%s' TEXT | sha256sum
  expect(mappedName("abc", "hash")).toBe("h-ba7816bf8f01cfea414140de5dae2223b00361a3");
  expect(mappedName("ABC", "hash")).not.toBe(mappedName("abc", "hash"));
  expect(mappedName("x".repeat(10_000), "hash")).toMatch(/^h-[0-9a-f]{40}$/);
});

test("none leaves it as it is", () => {
  expect(mappedName("Ada@example", "none")).toBe("Ada@example");
});

for (const map of ["escape", "hash"] as const) {
  test(`${map} makes legal names, which folding leaves alone, and another one of every text`, () => {
    const texts = fc.string({ unit: "binary", minLength: 1, maxLength: 12 });
    const check = (one: string, two: string) => {
      const name = mappedName(one, map);
      if (name === undefined) return;
      expect<string | undefined>(userName(name)).toBe(name);
      if (one !== two) expect(mappedName(two, map)).not.toBe(name);
    };
    fc.assert(fc.property(texts, texts, check), { numRuns: 1000 });
    for (const half of ["\ud800", "a\udfff", "\udc00\ud800"]) expect(mappedName(half, map)).toBeUndefined();
  });
}
