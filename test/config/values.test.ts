import { expect, test } from "bun:test";
import fc from "fast-check";
import { OPTION_KEYS, OPTIONS, type Option, type OptionKey } from "../../src/config/options.ts";
import { byteCount, wholeNumber } from "../../src/config/values.ts";

function accepts(key: OptionKey, text: string): boolean {
  const option: Option = OPTIONS[key];
  return option.value.safeParse(text).success;
}

const CASES: readonly [OptionKey, accepted: readonly string[], refused: readonly string[]][] = [
  [
    "listen",
    [
      "127.0.0.1:8080",
      "0.0.0.0:0",
      "localhost:65535",
      "[::]:80",
      "[fe80::1]:1",
      "chat.example:443",
      "8080",
      ":8080",
      "0",
      ":65535",
    ],
    [
      "65536",
      ":65536",
      ":",
      "8080:",
      "::8080",
      "-1",
      "80 80",
      "localhost",
      "localhost:65536",
      "::1:8080",
      "[localhost]:1",
      "http://localhost:80",
      "a b:1",
      "h:-1",
    ],
  ],
  [
    "store",
    // The engine parses the part after its name.
    ["memory:", "sqlite:a.db", "sqlite:/var/lib/usermeta/a.db", "sqlite:./ä ö.db", "mysql://u@h/d"],
    ["memory", "a.db", "file:a.db", "mysql:u@h/d", "postgres://h/d", " sqlite:a.db"],
  ],
  ["storePassword", ["x", "correct horse", "пароль", "'\"@/%"], ["a\0b", "two\nlines", "tab\t"]],
  ["readStalenessMs", ["0", "60000"], ["60001", "-1", "1s"]],
  [
    "app",
    ["a/b", "Acme/Chat_1", "1-2/3-4"],
    ["a", "a/b/c", "-a/b", "a_b/c", "app-id/x", "a/", "/b", `${"a".repeat(33)}/b`],
  ],
  [
    "userBytesMax",
    ["1", "2048", "262144", "2k", "256K", "0262144"],
    ["0", "262145", "257k", "1m", "-1", "-1k", "2kb", "2 k", "k", "2kk", "1.5k", "2ki", "1e3", "", " 1", "1.0", "９"],
  ],
  ["cacheBytes", ["0", "0g", "64g", "65536M"], ["65g", "64g1", "64t", "g", "0x10"]],
  ["bodiesBytesMax", ["1m", "1024k", "1G"], ["1023k", "2g"]],
  ["batchMax", ["1", "1000"], ["0", "1001"]],
  ["ratePerSecond", ["0", "100"], ["-1", "1000001", "NaN", "Infinity"]],
  ["appBytesMax", ["1", "9007199254740991", "10g"], ["0", "9007199254740992", "99999999999999999", "8388608g"]],
  [
    "operatorKey",
    ["0123456789abcdef"],
    ["0123456789abcde", "0123456789 abcdef", "0123456789abcdeé", "0123456789abcdef\n"],
  ],
  [
    "trustedProxies",
    ["10.0.0.1", "10.0.0.0/8", "::1", "fd00::/8, 192.168.0.0/16", "10.0.0.1,10.0.0.2"],
    ["proxy.example", "10.0.0.0/33", "::/129", "10.0.0/8", "10.0.0.1/8/8", ",", "fe80::1%eth0", "10.0.0.1/"],
  ],
  ["registration", ["open", "authorised"], ["Open", "closed"]],
  ["log", ["json", "pretty", "off"], ["debug"]],
];

for (const [key, accepted, refused] of CASES) {
  test(`${OPTIONS[key].name} accepts the documented values and nothing else`, () => {
    expect(accepted.filter((text) => !accepts(key, text))).toEqual([]);
    expect(refused.filter((text) => accepts(key, text))).toEqual([]);
  });
}

test("a whole number is the value of its digits, within its bounds", () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(), fc.nat(), (a, b, number) => {
      const [min, max] = a < b ? [a, b] : [b, a];
      const result = wholeNumber(min, max).safeParse(String(number));
      expect(result.success).toBe(number >= min && number <= max);
      if (result.success) expect(result.data).toBe(number);
    }),
  );
});

test("a size in bytes is its digits times the power of 1024 that its unit names", () => {
  const bytes = byteCount(0, Number.MAX_SAFE_INTEGER);
  const units = { "": 1, k: 1024, K: 1024, m: 1_048_576, M: 1_048_576, g: 1_073_741_824, G: 1_073_741_824 };
  fc.assert(
    fc.property(fc.nat(1_000_000), fc.constantFrom(...Object.entries(units)), (number, [unit, factor]) => {
      expect(bytes.safeParse(`${number}${unit}`).data).toBe(number * factor);
    }),
  );
});

test("a size in bytes with anything else in it is refused", () => {
  fc.assert(
    fc.property(
      fc.string().filter((text) => !/^\d+[kmg]?$/i.test(text)),
      (text) => !byteCount(0, Number.MAX_SAFE_INTEGER).safeParse(text).success,
    ),
  );
});

test("every option in bytes takes units", () => {
  const inBytes = OPTION_KEYS.filter((key) => (OPTIONS[key] as Option).unit === "bytes"); // as: a row may have no unit
  expect(inBytes).toEqual(["cacheBytes", "userBytesMax", "appBytesMax", "bodiesBytesMax"]);
  for (const key of inBytes) expect([key, accepts(key, "1m") || accepts(key, "1k")]).toEqual([key, true]);
});

test("text other than decimal digits never becomes a number", () => {
  fc.assert(
    fc.property(
      fc.string().filter((text) => !/^\d+$/.test(text)),
      (text) => !wholeNumber(0, Number.MAX_SAFE_INTEGER).safeParse(text).success,
    ),
  );
});

test("every option has a name, a help text and a default of its own shape; no secret has a flag or a default", () => {
  for (const key of OPTION_KEYS) {
    const option: Option = OPTIONS[key];
    expect(option.name).toMatch(/^USERMETA_[A-Z_]+$/);
    expect(option.help).toMatch(/\.$/);
    const { fallback } = option;
    const fallbacks = typeof fallback === "function" ? [fallback(true), fallback(false)] : [fallback];
    for (const text of fallbacks) expect(text === undefined || accepts(key, text)).toBe(true);
    if (option.secret) expect([option.flag, fallback]).toEqual([undefined, undefined]);
  }
  const names = OPTION_KEYS.flatMap((key) => [OPTIONS[key].name, ("flag" in OPTIONS[key] && OPTIONS[key].flag) || key]);
  expect(new Set(names).size).toBe(names.length);
});
