import { expect, test } from "bun:test";
import fc from "fast-check";
import { JsonNumber, memberOf, namedIn, readExactRecord } from "../../src/identity/exact-json.ts";

const read = (text: string) => readExactRecord(new TextEncoder().encode(text));

test("every object is read as it is, but for its numbers, which stay as they were written", () => {
  const check = (value: unknown) => {
    const text = JSON.stringify({ value });
    const unwrapped = JSON.stringify(read(text), (_key, part: unknown) =>
      part instanceof JsonNumber ? Number(part.source) : part,
    );
    expect(unwrapped).toBe(text);
  };
  fc.assert(fc.property(fc.jsonValue(), check), { numRuns: 500 });
  expect(read('{"a":[{"b":1546130668394913793}]}')).toEqual({ a: [{ b: new JsonNumber("1546130668394913793") }] });
});

test("a key that is there twice is found at any depth, however it is written, and nothing else is", () => {
  const twice = [
    '{"a":1,"a":1}',
    '{"a":1,"\\u0061":1}',
    '{"x":[[{"a":1,"b":{"a":1},"a":2}]]}',
    '{"\\"":1,"b":"\\"","\\u0022":1}',
    '{"a" : 1 ,\n"a"\t: 1}',
    '{"":1,"":1}',
    '{"__proto__":1,"__proto__":1}',
  ];
  for (const text of twice) expect([text, read(text)]).toEqual([text, undefined]);
  const once = [
    '{"a":{"a":{"a":1}},"b":[{"a":1},{"a":1}]}',
    '{"a":"a","b":"a\\":1,\\"a"}',
    '{"a":"{","b":"}","c":"\\\\"}',
    '{"a":["a","a"],"b":"a:"}',
  ];
  for (const text of once) expect(read(text)).toBeDefined();
});

test("anything but an object in JSON and UTF-8 is refused, however deep it goes", () => {
  for (const text of ["", "1", '"a"', "null", "[]", "{", "{}x", "\ufeff{}", '{"a":01}', "[".repeat(200_000)]) {
    expect(read(text)).toBeUndefined();
  }
  expect(readExactRecord(new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]))).toBeUndefined();
  expect(memberOf({}, "constructor")).toBeUndefined();
});

test("a user is named by a text or by whole digits", () => {
  for (const source of ["0", "42", "1546130668394913793"]) expect(namedIn(new JsonNumber(source))).toBe(source);
  for (const source of ["-1", "-0", "1.0", "1e3", "1E3", "9".repeat(65)]) {
    expect(namedIn(new JsonNumber(source))).toBeUndefined();
  }
  for (const value of [null, true, {}, ["ada"], undefined]) expect(namedIn(value)).toBeUndefined();
});
