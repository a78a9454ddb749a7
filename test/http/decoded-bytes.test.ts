import { expect, test } from "bun:test";
import fc from "fast-check";
import type { DecodedBytes } from "../../src/http/bodies/decoded-bytes.ts";
import { FormBytes } from "../../src/http/bodies/forms/form-bytes.ts";
import { JsonBytes } from "../../src/http/bodies/json/json-bytes.ts";

const formPiece = fc.constantFrom(
  ...[
    "a",
    "&",
    "=",
    "+",
    "%",
    "%4",
    "%41",
    "%2B",
    "%C3",
    "%A9",
    "%e5%a5%bd",
    "%E5%A5",
    "%F0%9F%98%80",
    "%F0%9F",
    "%ED%A0%80",
  ],
  ...["%00", "%ff", "%C0%80", "%E0%80", "%F4%90", "é", "好", "😀", "\ufeff", "\0", "%zz", "%%41", "%26", "%3D"],
);
const cuts = fc.array(fc.nat(), { maxLength: 6 });

test("counts the bytes of a form's keys and values, wherever it is cut", () => {
  fc.assert(
    fc.property(fc.array(formPiece, { maxLength: 24 }), cuts, (pieces, at) => {
      const text = pieces.join("");
      const sent = [...new URLSearchParams(`&${text}`)].flat();
      // Everything before an `&` is complete; the `&` itself does not count.
      expect(count(new FormBytes(), `${text}&`, at)).toBe(bytesOf(sent));
    }),
    { numRuns: 20_000 },
  );
});

const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 8 }),
  fc.string({ unit: fc.constantFrom("\ud800", "\udc00", "\n", '"', "\\", "é", "a"), maxLength: 8 }),
);
const anyScalar = fc.oneof(
  anyText.map((text) => [JSON.stringify(text), text]),
  anyText.map((text) => [escaped(text), text]),
  fc.constantFrom(["null", ""], ["true", "true"], ["false", "false"], ["1.0", "1.0"], ["-0", "-0"], ["1e999", "1e999"]),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => [JSON.stringify(number), JSON.stringify(number)]),
);

test("counts the bytes of a merge patch's keys and values, including duplicates, wherever it is cut", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(anyText, anyScalar), { maxLength: 6 }),
      fc.constantFrom("", " ", "\n"),
      cuts,
      (members, space, at) => {
        const text = members
          .map(([key, [json]]) => `${space}${JSON.stringify(key)}${space}:${space}${json}`)
          .join(`${space},`);
        const sent = members.flatMap(([key, [, value]]) => [key, value ?? ""]);
        expect(count(new JsonBytes(), `{${text}}`, at)).toBe(bytesOf(sent));
      },
    ),
    { numRuns: 10_000 },
  );
});

test("the certain part of an endless text is counted as it arrives", () => {
  for (const [counted, begin, more] of [
    [new FormBytes(), "ext=", "x"],
    [new JsonBytes(), '{"ext":"', "x"],
    [new JsonBytes(), '{"ext":', "9"],
  ] as const) {
    counted.add(begin);
    for (let length = 1; length <= 100; length++) expect(counted.add(more)).toBe(3 + length);
  }
});

function count(counted: DecodedBytes, text: string, at: readonly number[]): number {
  const places = at.map((place) => place % (text.length + 1)).sort((a, b) => a - b);
  let from = 0;
  for (const to of places) {
    counted.add(text.slice(from, to));
    from = to;
  }
  return counted.add(text.slice(from));
}

function escaped(text: string): string {
  const units = Array.from({ length: text.length }, (_, index) => text.charCodeAt(index).toString(16).padStart(4, "0"));
  return `"${units.map((unit) => `\\u${unit}`).join("")}"`;
}

/** Each separately: two halves of a surrogate pair in different texts are not a pair. */
function bytesOf(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
}
