import { expect, test } from "bun:test";
import fc from "fast-check";
import { type FormDecoder, formDecoder as newDecoder } from "../../src/http/bodies/forms/form-decoder.ts";
import { parseForm } from "../../src/http/bodies/forms/parse-form.ts";

/** One of each kind in the Encoding Standard, except UTF-8 and UTF-16, which decode the text before the form. */
const CHARSETS = [
  "gbk",
  "gb18030",
  "big5",
  "shift_jis",
  "euc-jp",
  "euc-kr",
  "windows-1252",
  "koi8-r",
  "x-user-defined",
];

/** The rule itself: split the form, turn escapes into bytes, decode the bytes. */
function reference(bytes: readonly number[], charset: string): Map<string, string> {
  const pairs = new Map<string, string>();
  for (const pair of split(bytes, "&".charCodeAt(0), Number.POSITIVE_INFINITY)) {
    if (pair.length === 0) continue;
    const [key = [], value = []] = split(pair, "=".charCodeAt(0), 2);
    pairs.set(decodePart(key, charset), decodePart(value, charset));
  }
  return pairs;
}

function split(bytes: readonly number[], mark: number, partsMax: number): number[][] {
  const parts: number[][] = [[]];
  for (const byte of bytes) {
    if (byte === mark && parts.length < partsMax) parts.push([]);
    else parts.at(-1)?.push(byte);
  }
  return parts;
}

function decodePart(part: readonly number[], charset: string): string {
  // Latin-1 keeps each byte separate.
  const text = Buffer.from(part).toString("latin1").replaceAll("+", " ");
  const bytes = text.replace(/%([\da-f]{2})/gi, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
  // as: the type lists only three of the supported names
  return new TextDecoder(charset as Bun.Encoding, { ignoreBOM: true }).decode(Buffer.from(bytes, "latin1"));
}

const piece = fc.constantFrom(
  ...["&", "=", "+", "%", "%4", "%26", "%3d", "%25", "%2B", "%41", "%zz", "a", "0", " ", "{", '"', "\x1b", "$", "B"],
  ...["\x81", "\x8e", "\x8f", "\xc4", "\xe3", "\xff", "\x84\x31\x95\x33", "%c4", "%E3", "%81", "%30", "%5C", "%7e"],
);
const bytes = fc.array(
  fc.oneof(
    piece,
    fc.nat(255).map((code) => String.fromCharCode(code)),
  ),
  { maxLength: 16 },
);

const FOUR_BYTES = /(?:[\x81-\xfe]|%[89a-f].)(?:\d|%3\d)/is;

test("a form in another charset is split as bytes, unescaped to bytes, and then decoded", () => {
  fc.assert(
    fc.property(fc.constantFrom(...CHARSETS), bytes, fc.array(fc.nat(), { maxLength: 3 }), (charset, pieces, cuts) => {
      const sent = pieces.join("");
      // How much of a broken four-byte sequence is lost depends on whether its end is seen.
      fc.pre(!charset.startsWith("gb") || !FOUR_BYTES.test(sent));
      const body = Buffer.from(sent, "latin1");
      const expected = [...reference([...body], charset)];
      expect([...parseForm(newDecoder(charset).decode(body))]).toEqual(expected);
      expect([...parseForm(inPieces(newDecoder(charset), body, cuts))]).toEqual(expected);
    }),
    { numRuns: 5000 },
  );
});

function inPieces(decoder: FormDecoder, body: Uint8Array, cuts: readonly number[]): string {
  const places = cuts.map((cut) => cut % (body.length + 1)).sort((a, b) => a - b);
  let text = "";
  let from = 0;
  for (const to of [...places, body.length]) {
    text += decoder.decode(body.subarray(from, to), { stream: true });
    from = to;
  }
  return text + decoder.decode();
}

test("four-byte characters of GB 18030 may be partly raw and partly escaped", () => {
  const body = Buffer.from("\x94\x39%DA3=%95%32%82%36&a=\x84\x31\x95\x33", "latin1");
  for (let cut = 0; cut <= body.length; cut++) {
    const pairs = Object.fromEntries(parseForm(inPieces(newDecoder("gb18030"), body, [cut])));
    expect(pairs).toEqual({ "💩": "𠀀", a: "\ufeff" });
  }
});

// カ is 0x25 0x2B, and テ好 0x25 0x46 0x39 0x25: the bytes look like delimiters of a form.
test.each([
  ['\x1b$B%+%F9%\x1b(B=\x1b$B$"\x1b(B&b=c', { カテ好: "あ", b: "c" }],
  ["%1B%24B%25%2B%25F9%25%1B%28B=%1B%24B%24%22%1B%28B&b=c%26", { カテ好: "あ", b: "c&" }],
  ["a=\x1b(I6=\x1b(J%5C&b=\x1b(B%", { a: "ｶｽ¥", b: "%" }],
])("the shifts of ISO-2022-JP %j are followed", (body, expected) => {
  const bytes = Buffer.from(body, "latin1");
  for (let cut = 0; cut <= bytes.length; cut++) {
    expect(Object.fromEntries(parseForm(inPieces(newDecoder("iso-2022-jp"), bytes, [cut])))).toEqual(expected);
  }
});

test("a form in UTF-16 may be UTF-16 as a whole, or ASCII with its bytes escaped", () => {
  const anyText = fc.string({
    unit: fc.constantFrom("a", "é", "你", "😀", "%", "&", "=", "+", " ", "☦", "4"),
    maxLength: 6,
  });
  const pairs = fc.dictionary(
    anyText.map((text) => `k${text}`),
    anyText,
  );
  const cuts = fc.array(fc.nat(), { maxLength: 3 });
  fc.assert(
    fc.property(pairs, cuts, fc.boolean(), fc.boolean(), (sent, at, isBig, isTerse) => {
      const encode = (text: string): Buffer =>
        isBig ? Buffer.from(text, "utf16le").swap16() : Buffer.from(text, "utf16le");
      const percentEncode = (text: string): string =>
        [...text]
          .map((part) => (isTerse && /[a-z]/.test(part) ? part : encode(part).toString("hex").replace(/../g, "%$&")))
          .join("");
      const ascii = Object.entries(sent).map(([key, value]) => `${percentEncode(key)}=${percentEncode(value)}`);
      const charset = isBig ? "utf-16be" : "utf-16le";
      for (const body of [encode(new URLSearchParams(sent).toString()), Buffer.from(ascii.join("&"))]) {
        expect(Object.fromEntries(parseForm(inPieces(newDecoder(charset), body, at)))).toEqual({ ...sent });
      }
    }),
    { numRuns: 1000 },
  );
  for (const [body, expected] of [
    ["a=%60%4f%&b=%41&%4", { a: "你%", b: "\ufffd", "%4": "" }],
    ["a=%3d%d8b&c=%00%de", { a: "\ufffdb", c: "\ufffd" }],
  ] as const) {
    expect(Object.fromEntries(parseForm(newDecoder("utf-16le").decode(Buffer.from(body))))).toEqual(expected);
  }
});

test("text that may be JSON is kept as sent", () => {
  for (const [body, plain] of [
    [' {"a":"%22","b":1e+5}', ' {"a":"%22","b":1e+5}'],
    ['["\xc4\xe3"]', '["你"]'],
    ["%7B%22a%22:1}", undefined],
    ["nickname=Ada", undefined],
    ["", undefined],
  ] as const) {
    for (let cut = 0; cut <= body.length; cut++) {
      const decoder = newDecoder("gbk");
      inPieces(decoder, Buffer.from(body, "latin1"), [cut]);
      expect([body, cut, decoder.plain]).toEqual([body, cut, plain]);
    }
  }
});
