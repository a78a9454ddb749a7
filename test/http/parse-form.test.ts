import { expect, test } from "bun:test";
import fc from "fast-check";
import { parseForm } from "../../src/http/bodies/forms/parse-form.ts";

const reference = (text: string): Map<string, string> => new Map(new URLSearchParams(`&${text}`));

/** Texts made from the characters of forms, valid and broken. */
const form = fc
  .array(
    fc.constantFrom(
      "a",
      "b",
      "nickname",
      "=",
      "&",
      "+",
      "%",
      "%2",
      "%41",
      "%2B",
      "%C3%A9",
      "%c3",
      "%A9",
      "%EF%BB%BF",
      "%00",
      "%F0%9F%98%80",
      "é",
      "😀",
      "\uFEFF",
      " ",
      "?",
      "#",
      "__proto__",
      "1",
      "\n",
      "%zz",
      "%25",
    ),
    { maxLength: 20 },
  )
  .map((parts) => parts.join(""));

test("parses a form like URLSearchParams, in the same order", () => {
  fc.assert(
    fc.property(fc.oneof(form, fc.string(), fc.string({ unit: "binary" })), (text) => {
      // Input is decoded UTF-8, which has no lone surrogates.
      const wellFormed = text.toWellFormed();
      expect([...parseForm(wellFormed)]).toEqual([...reference(wellFormed)]);
    }),
    { numRuns: 20_000 },
  );
});
