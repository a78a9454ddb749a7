import { expect, test } from "bun:test";
import fc from "fast-check";
import type { MysqlLocation } from "../../src/store/mysql/connection/location.ts";
import { parseMysqlUrl } from "../../src/store/mysql/connection/parse-mysql-url.ts";

const FOLDER = "/srv/usermeta";

function parsed(url: string, password?: string): MysqlLocation {
  const location = parseMysqlUrl(url, password, FOLDER);
  if (typeof location === "string") throw new Error(location);
  return location;
}

test("hosts with and without a port, in their order, IPv6 in brackets", () => {
  expect(parsed("mysql://ada:s%3Acr%40t@DB1,10.0.0.2:3307,[::1]:3308,[fe80::1]/user_meta-1$")).toEqual({
    engine: "mysql",
    hosts: [
      { hostname: "db1", port: 3306 },
      { hostname: "10.0.0.2", port: 3307 },
      { hostname: "::1", port: 3308 },
      { hostname: "fe80::1", port: 3306 },
    ],
    database: "user_meta-1$",
    user: "ada",
    password: "s:cr@t",
    tls: undefined,
    timeoutMs: 1000,
    text: "mysql://ada@db1:3306,10.0.0.2:3307,[::1]:3308,[fe80::1]:3306/user_meta-1$",
  });
});

test("a password may contain a literal colon, and any other character percent-encoded", () => {
  expect(parsed("mysql://ada:a:b@h/d").password).toBe("a:b");
  expect(parsed("mysql://ada:%25%2F%3F%23%5B+%20%C3%A9@h/d").password).toBe("%/?#[+ é");
  expect(parsed("mysql://a%3Ab:x@h/d")).toMatchObject({ user: "a:b", password: "x", text: "mysql://a%3Ab@h:3306/d" });
});

test("a separate password, for a URL without one", () => {
  expect(parsed("mysql://ada@h/d", "hush").password).toBe("hush");
  expect(parsed("mysql://ada:@h/d", "hush").password).toBe("hush");
  expect(parsed("mysql://ada@h/d").password).toBe("");
  expect(parseMysqlUrl("mysql://ada:x@h/d", "hush", FOLDER)).toBeString();
});

test("any tls- parameter means TLS; paths are relative to the folder", () => {
  expect(parsed("mysql://a@h/d?tls=verify").tls).toEqual({});
  expect(parsed("mysql://a@h/d?tls-ca=/etc/ca.pem").tls).toEqual({ caFile: "/etc/ca.pem" });
  expect(parsed("mysql://a@h/d?timeout=60000&tls-cert=tls/a%20b.pem&tls-key=k.pem")).toMatchObject({
    tls: { certificateFile: "/srv/usermeta/tls/a b.pem", keyFile: "/srv/usermeta/k.pem" },
    timeoutMs: 60_000,
    text: "mysql://a@h:3306/d?timeout=60000&tls=verify&tls-cert=/srv/usermeta/tls/a%20b.pem&tls-key=/srv/usermeta/k.pem",
  });
});

const MISTAKES: readonly [string, RegExp][] = [
  ["mysql:/ada@h/d", /^must be mysql:\/\/user@host/],
  ["mysql://h/d", /^must name a user/],
  ["mysql://@h/d", /^must name a user/],
  ["mysql://:pw@h/d", /^must name a user/],
  ["mysql://ada:p@ss@h/d", /%40/],
  ["mysql://ada:p/ss@h/d", /%2F/],
  ["mysql://ada:p?ss@h/d", /%3F/],
  ["mysql://ada:p#ss@h/d", /%23/],
  ["mysql://ada:p%ss@h/d", /^the password .* write % as %25$/],
  ["mysql://ada:%FF@h/d", /^the password .*UTF-8/],
  ["mysql://ad%00a@h/d", /^the user must not contain control/],
  ["mysql://ada:a%0Ab@h/d", /^the password must not contain control/],
  ["mysql://ada:a b@h/d", /spaces/],
  ["mysql://ada@h/d\n", /spaces/],
  ["mysql://ada@h/d#x", /%23/],
  ["mysql://ada@/d", /^host 1 must be/],
  ["mysql://ada@h,/d", /^host 2 must be/],
  ["mysql://ada@h:0/d", /^host 1 must be/],
  ["mysql://ada@h:65536/d", /^host 1 must be/],
  ["mysql://ada@h:/d", /^host 1 must be/],
  ["mysql://ada@::1/d", /^host 1 must be/],
  ["mysql://ada@[h]/d", /^host 1 must be/],
  ["mysql://ada@10.0.0.256/d", /^host 1 must be/],
  ["mysql://ada@h..x/d", /^host 1 must be/],
  ["mysql://ada@-h/d", /^host 1 must be/],
  ["mysql://ada@h,H:3306/d", /twice/],
  ["mysql://ada@h", /^must name a database/],
  ["mysql://ada@h/", /^must name a database/],
  ["mysql://ada@h/a/b", /^must name a database/],
  ["mysql://ada@h/%C3%A9", /^must name a database/],
  [`mysql://ada@h/${"d".repeat(65)}`, /^must name a database/],
  ["mysql://ada@h/d?", /^"" is not a parameter of mysql: URLs/],
  ["mysql://ada@h/d?ssl=true", /^"ssl" is not a parameter of mysql: URLs, which are timeout, tls, /],
  ["mysql://ada@h/d?TLS=verify", /^"TLS" is not a parameter/],
  ["mysql://ada@h/d?toString=1", /^"toString" is not a parameter/],
  ["mysql://ada@h/d?timeout=100&timeout=100", /^the parameter "timeout" occurs twice$/],
  ["mysql://ada@h/d?timeout=99", /^timeout must be a whole number of ms from 100 to 60000$/],
  ["mysql://ada@h/d?timeout=60001", /^timeout must/],
  ["mysql://ada@h/d?timeout=1s", /^timeout must/],
  ["mysql://ada@h/d?timeout", /^timeout must/],
  ["mysql://ada@h/d?tls=true", /^tls must be verify/],
  ["mysql://ada@h/d?tls", /^tls must be verify/],
  ["mysql://ada@h/d?tls-ca=", /^tls-ca must be the path/],
  ["mysql://ada@h/d?tls-cert=a", /^tls-cert and tls-key/],
  ["mysql://ada@h/d?tls-key=a", /^tls-cert and tls-key/],
];

for (const [url, mistake] of MISTAKES) {
  test(`${JSON.stringify(url)} is refused in one line`, () => {
    const reason = parseMysqlUrl(url, undefined, FOLDER);
    expect(reason).toMatch(mistake);
    expect(reason).not.toContain("\n");
  });
}

const name = fc.string({ unit: "grapheme", minLength: 1, maxLength: 30 }).filter((text) => !/\p{Cc}/u.test(text));

test("any user and password are read back, and the text with the password parses to the same location", () => {
  fc.assert(
    fc.property(name, name, fc.array(fc.nat(60_000), { minLength: 1, maxLength: 4 }), (user, password, ports) => {
      const hosts = [...new Set(ports)].map((port) => `db:${port + 1}`).join(",");
      const ending = `@${hosts}/d?timeout=100&tls=verify`;
      const location = parsed(`mysql://${encodeURIComponent(user)}:${encodeURIComponent(password)}${ending}`);
      expect([location.user, location.password]).toEqual([user, password]);
      expect(location.text).toEndWith(ending);
      expect(parsed(location.text, password)).toEqual(location);
    }),
  );
});

test("no error message repeats a possible password", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 8 }), fc.string({ maxLength: 8 }), (before, after) => {
      const location = parseMysqlUrl(`mysql://ada:hush1815${before}:/?#@,${after}@h/d`, undefined, FOLDER);
      expect(JSON.stringify(location)).not.toContain("hush1815");
    }),
  );
});
