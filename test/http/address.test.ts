import { expect, test } from "bun:test";
import fc from "fast-check";
import { createAddressOf } from "../../src/http/requests/address.ts";

const PROXY = "127.0.0.1";
const behind = createAddressOf([PROXY, "10.0.0.0/8", "2001:DB8:ffff::/48"]);
/** The client's address with this header. */
const from = (forwardedFor: string): string => behind(PROXY, forwardedFor);

test("all spellings of an address are the same address", () => {
  const spellings: Readonly<Record<string, readonly string[]>> = {
    "203.0.113.5": [
      ...["203.0.113.5", " 203.0.113.5 ", "203.0.113.5:20000", "203.0.113.5:1"],
      ...["::ffff:203.0.113.5", "::FFFF:203.0.113.5", "::ffff:cb00:7105", "0:0:0:0:0:FFFF:CB00:7105"],
      ...["[::ffff:203.0.113.5]:443", "[::FFFF:cb00:7105]", "0000:0000:0000:0000:0000:ffff:203.0.113.5"],
      ...["::203.0.113.5", "::ffff:0:203.0.113.5", "64:ff9b::203.0.113.5", "64:FF9B::CB00:7105"],
      ...["2002:cb00:7105::", "2002:CB00:7105:ab::1"],
    ],
    "2001:db8:0:0": [
      ...[
        "2001:db8::1",
        "2001:DB8::1",
        "2001:0db8:0000:0000:0000:0000:0000:0001",
        "2001:db8:0:0::",
        "2001:db8::2:0:0:1",
      ],
      ...["[2001:db8::1]:443", "[2001:DB8::1]", "2001:db8::203.0.113.5", "2001:db8::1%eth0", "2001:db8::1:443"],
    ],
    "2001:db8:0:1": ["2001:db8:0:1::", "2001:db8:0:1:ffff:ffff:ffff:ffff"],
    "fe80:0:0:0": ["fe80::1", "FE80::1%lo"],
    "0:0:0:0": ["::1", "::"],
  };
  for (const [client, all] of Object.entries(spellings)) {
    for (const spelling of all) expect([spelling, from(spelling)]).toEqual([spelling, client]);
  }
  // As a socket reports it, without a proxy.
  const direct = createAddressOf([]);
  for (const peer of ["203.0.113.5", "::ffff:203.0.113.5", "::FFFF:CB00:7105"]) {
    expect(direct(peer, "198.51.100.1")).toBe("203.0.113.5");
  }
  expect(direct("", null)).toBe("");
});

test("any address has the same key in every spelling, with a port or without", () => {
  const group = fc.integer({ min: 0, max: 0xffff });
  fc.assert(
    fc.property(
      fc.array(group, { minLength: 8, maxLength: 8 }),
      fc.integer({ min: 1, max: 65_535 }),
      (groups, port) => {
        const hex = groups.map((each) => each.toString(16));
        const long = hex.map((each) => each.padStart(4, "0").toUpperCase()).join(":");
        const short = new URL(`http://[${hex.join(":")}]`).hostname;
        const key = from(hex.join(":"));
        expect([long, short, `[${long}]:${port}`, `${short}:${port}`, `${long}%1`].map(from)).toEqual(
          Array(5).fill(key),
        );
      },
    ),
  );
});

const UNREADABLE = [
  ...["unknown", "_hidden", "", "-", "203.0.113", "203.0.113.256", "203.0.113.5:", "203.0.113.5:http", "203.0.113.5 x"],
  ...["010.0.0.1", "0x7f.1", "2130706433", "[203.0.113.5]", "[2001:db8::1", "2001:db8::1]", "[2001:db8::1]x", "[]:80"],
  ...[
    "2001:db8",
    "2001:db8:::1",
    "::ffff:999.0.0.1",
    ":::",
    "for=203.0.113.5",
    '"203.0.113.5"',
    "203.0.113.5/24",
    "好",
  ],
];

test("an unreadable address stops the search: the proxy that sent it counts, and anything further left is ignored", () => {
  for (const text of UNREADABLE) {
    expect([text, from(text)]).toEqual([text, PROXY]);
    expect([text, from(`203.0.113.5, ${text}`)]).toEqual([text, PROXY]);
    // Also when a trusted proxy reports it.
    expect([text, from(`203.0.113.5, ${text}, 10.0.0.2`)]).toEqual([text, "10.0.0.2"]);
    // Everything left of an untrusted address may be forged.
    expect([text, from(`${text}, 203.0.113.5, 10.0.0.2`)]).toEqual([text, "203.0.113.5"]);
  }
});

test("trusted hops are recognized in every spelling, and the first untrusted one counts", () => {
  for (const hop of [
    "10.0.0.2",
    "10.0.0.2:80",
    "::ffff:10.0.0.2",
    "[::FFFF:0A00:2]:80",
    "2001:db8:FFFF::7",
    "[2001:db8:ffff::7]:1",
  ]) {
    expect([hop, from(`198.51.100.1, 203.0.113.5:4711, ${hop}`)]).toEqual([hop, "203.0.113.5"]);
  }
  expect(behind("::ffff:127.0.0.1", "203.0.113.5")).toBe("203.0.113.5");
  expect(behind("198.51.100.9", "203.0.113.5")).toBe("198.51.100.9");
  // All are trusted: the outermost counts.
  expect(from("10.0.0.3, 10.0.0.2")).toBe("10.0.0.3");
  // An address that only embeds a trusted one is not trusted.
  for (const made of ["64:ff9b::10.0.0.2", "2002:0a00:0002::", "::10.0.0.2", "::ffff:0:10.0.0.2"]) {
    expect([made, from(`203.0.113.5, ${made}`)]).toEqual([made, "10.0.0.2"]);
  }
});

test("trusted proxies may be configured in any spelling", () => {
  for (const [proxy, peer] of [
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["::FFFF:192.0.2.0/120", "192.0.2.9"],
    ["2001:DB8:0::1", "2001:db8::1"],
    ["2001:0db8::/32", "2001:db8:7::1"],
  ] as const) {
    expect([proxy, createAddressOf([proxy])(peer, "203.0.113.5")]).toEqual([proxy, "203.0.113.5"]);
  }
  expect(createAddressOf(["::ffff:192.0.2.0/120"])("192.0.3.1", "203.0.113.5")).toBe("192.0.3.1");
});
