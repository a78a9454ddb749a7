import { expect, test } from "bun:test";
import fc from "fast-check";
import { JsonReader } from "../../../src/core/metadata/json-reader.ts";
import { Refusal } from "../../../src/core/refusals.ts";
import { newPace } from "../../../src/http/bodies/new-pace.ts";

const MALFORMED = "malformed";

/** All of a text, by the reader alone. */
function readWhole(text: string): unknown {
  return attempt(() => {
    const reader = new JsonReader(text);
    const value = readValue(reader);
    reader.end();
    return value;
  });
}

function readValue(reader: JsonReader): unknown {
  const kind = reader.kind();
  if (kind === "array") {
    const list: unknown[] = [];
    reader.open();
    while (reader.element()) list.push(readValue(reader));
    return list;
  }
  if (kind !== "object") return reader.scalar();
  const members = new Map<string, unknown>();
  reader.open();
  for (let key = reader.key(); key !== undefined; key = reader.key()) members.set(key, readValue(reader));
  return Object.fromEntries(members);
}

async function passOver(text: string): Promise<unknown> {
  const reader = new JsonReader(text);
  try {
    await reader.pass(newPace());
  } catch (error) {
    return attempt(() => {
      throw error;
    });
  }
  return attempt(() => {
    reader.end();
    return "whole";
  });
}

function attempt(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    // A refused text is refused by name, and nothing else fails.
    if (error instanceof SyntaxError || error instanceof Refusal) return MALFORMED;
    throw error;
  }
}

async function expectSame(text: string): Promise<void> {
  const expected = attempt(() => JSON.parse(text));
  expect(readWhole(text)).toEqual(expected);
  expect(await passOver(text)).toBe(expected === MALFORMED ? MALFORMED : "whole");
}

const anyJson = fc
  .tuple(fc.json({ maxDepth: 5 }), fc.constantFrom(undefined, 1, "\t"))
  .map(([text, space]) => JSON.stringify(JSON.parse(text), null, space));

/** Parts of JSON texts, whole and broken. */
const piece = fc.constantFrom(
  ...["{", "}", "[", "]", ",", ":", '"', '"a"', '"__proto__"', '"a":1', '"a":2', "1", "-", "0", "01", "1.5", ".", "e9"],
  ...["1E+2", "-0", "1e999", "true", "false", "null", "nul", " ", "\n", "\u00a0", "\ufeff", "\\", "\\n", '"\\u00e9"'],
  ...[
    '"\\ud800"',
    '"\\ud83d\\ude00"',
    '"\\x"',
    '"\\u12"',
    '"\u0001"',
    '"\u2028"',
    '"\ud800"',
    "undefined",
    "NaN",
    "//",
  ],
);

test("accepts and refuses the same texts as JSON.parse", async () => {
  await fc.assert(fc.asyncProperty(anyJson, expectSame), { numRuns: 3000 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join("")),
      expectSame,
    ),
    { numRuns: 20_000 },
  );
});

test("a number is read as it is written", () => {
  for (const number of ["0", "-0", "1546130668394913822", "1.10", "-2.50E+03", "1e999"]) {
    const reader = new JsonReader(`[ ${number} ]`);
    reader.open();
    expect([reader.element(), reader.kind(), reader.number(), reader.element()]).toEqual([
      true,
      "number",
      number,
      false,
    ]);
    reader.end();
  }
});

test("a text with one change anywhere is read as JSON.parse reads it", async () => {
  const change = fc.tuple(fc.nat(), fc.nat(3), piece);
  await fc.assert(
    fc.asyncProperty(anyJson, change, async (text, [place, length, inserted]) => {
      const at = place % (text.length + 1);
      await expectSame(text.slice(0, at) + inserted + text.slice(at + length));
    }),
    { numRuns: 20_000 },
  );
});

test("the last of duplicate keys counts, and no key is special", async () => {
  await expectSame('{"a":1,"__proto__":{"b":2},"a":[3],"10":4,"9":5,"__proto__":6}');
});

test("a value of any depth is skipped", async () => {
  const depth = 300_000;
  for (const [open, close] of [
    ["[", "]"],
    ['{"":', "}"],
  ] as const) {
    const whole = `${open.repeat(depth)}1${close.repeat(depth)}`;
    expect(await passOver(whole)).toBe("whole");
    expect(await passOver(whole.slice(0, -1))).toBe(MALFORMED);
    expect(await passOver(`${whole}${close}`)).toBe(MALFORMED);
    const reader = new JsonReader(whole);
    await reader.pass(newPace());
    reader.end();
  }
});

test("a later reader continues from an earlier one's position", async () => {
  const text = ' {"a" : [1, {"b":2}], "c": "d"}';
  const reader = new JsonReader(text);
  expect(reader.kind()).toBe("object");
  reader.open();
  expect(reader.key()).toBe("a");
  const { position } = reader;
  expect(reader.scalar()).toBeUndefined();
  await reader.pass(newPace());
  expect([reader.key(), reader.scalar(), reader.key()]).toEqual(["c", "d", undefined]);
  expect(readValue(new JsonReader(text, position))).toEqual([1, { b: 2 }]);
});
