import { expect, test } from "bun:test";
import fc from "fast-check";
import { nearest } from "../../src/config/nearest.ts";

const WORDS = ["create", "list", "show", "set", "rotate-secret", "delete"];

test("a word is known by its beginning, and with a letter missing, added, wrong or exchanged, in either case", () => {
  for (const [written, meant] of [
    ["rotate", "rotate-secret"],
    ["del", "delete"],
    ["lst", "list"],
    ["lists", "list"],
    ["sho", "show"],
    ["shwo", "show"],
    ["st", "set"],
    ["CREATE", "create"],
    ["craete", "create"],
    ["rotate_secret", "rotate-secret"],
  ] as const) {
    expect([written, nearest(written, WORDS)]).toEqual([written, meant]);
  }
});

test("a word that is far from all of them, or too short to tell, is taken for none", () => {
  for (const written of ["", "s", "x", "frobnicate", "users", "remove"]) {
    expect([written, nearest(written, WORDS)]).toEqual([written, undefined]);
  }
});

test("one slip in a word is forgiven", () => {
  fc.assert(
    fc.property(fc.constantFrom(...WORDS), fc.nat(), fc.constantFrom(..."qzj"), (word, at, letter) => {
      const index = at % word.length;
      expect(nearest(word.slice(0, index) + letter + word.slice(index), WORDS)).toBe(word);
    }),
  );
});
