/** JSON as source text, because its notation matters: duplicate keys, escapes, numbers, depth. */
import fc from "fast-check";
import { text, username, value } from "./texts.ts";

export type Source = fc.Arbitrary<string>;

const NUMBERS = ["0", "1", "-1", "-0", "1.5", "1e400", "-1E-7", "1546130668394913822", "9".repeat(400), "0.1e1"];
const BROKEN = [
  "",
  "{",
  "[",
  "nul",
  "{'a':1}",
  "{a:1}",
  '{"a":1,}',
  "[1,]",
  '"\\ud8"',
  '"\\x"',
  "\u0001",
  "NaN",
  "01",
  "+1",
];

export const number: Source = fc.constantFrom(...NUMBERS);
export const broken: Source = fc.constantFrom(...BROKEN);

export const stringOf = (words: fc.Arbitrary<string>): Source =>
  fc.tuple(words, fc.boolean()).map(([word, isEscaped]) => (isEscaped ? escaped(word) : JSON.stringify(word)));

const deep: Source = fc
  .tuple(fc.constantFrom(10, 1000, 20_000, 200_000), fc.constantFrom(["[", "]"] as const, ['{"a":', "}"] as const))
  .map(([depth, [open, close]]) => `${open.repeat(depth)}1${close.repeat(depth)}`);

/** Values of an unexpected type. */
export const anyValue: Source = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom("null", "true", "{}", "[]", '""', "[null]", '{"a":{"b":[]}}') },
  { weight: 3, arbitrary: number },
  { weight: 3, arbitrary: stringOf(value) },
  { weight: 1, arbitrary: broken },
  { weight: 1, arbitrary: deep.map((source) => (source.length > 50_000 ? "[".repeat(5000) : source)) },
);

export const whole: Source = fc.oneof({ weight: 4, arbitrary: anyValue }, { weight: 1, arbitrary: deep });

/** An object of named members, each of which may be omitted, wrong, or duplicated. */
export function objectOf(members: Readonly<Record<string, Source>>): Source {
  const pair = Object.entries(members).map(([name, source]) =>
    fc.option(
      fc
        .oneof({ weight: 30, arbitrary: source }, { weight: 1, arbitrary: anyValue })
        .map((json) => `${JSON.stringify(name)}:${json}`),
      { nil: undefined, freq: 20 },
    ),
  );
  const extra = fc.option(
    fc.tuple(stringOf(text), anyValue).map(([name, json]) => `${name}:${json}`),
    {
      nil: undefined,
      freq: 1,
    },
  );
  return fc
    .tuple(
      fc.tuple(...pair),
      fc.oneof({ weight: 12, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: extra }),
    )
    .map(([pairs, more]) => `{${[...pairs, more].filter((each) => each !== undefined).join(",")}}`);
}

export const listOf = (source: Source, maxLength = 6): Source =>
  fc.array(source, { maxLength }).map((items) => `[${items.join(",")}]`);

export const mapOf = (keys: fc.Arbitrary<string>, source: Source, maxLength = 4): Source =>
  fc
    .array(fc.tuple(stringOf(keys), source), { maxLength })
    .map((pairs) => `{${pairs.map((pair) => pair.join(":")).join(",")}}`);

export const name: Source = stringOf(username);

/** Writes every character as `\uXXXX`. */
function escaped(word: string): string {
  const units = Array.from({ length: word.length }, (_, index) => word.charCodeAt(index));
  return `"${units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("")}"`;
}
