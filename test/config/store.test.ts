import { expect, test } from "bun:test";
import { inspect } from "node:util";
import fc from "fast-check";
import { load, loaded, mistakesOf } from "./load-input.ts";

const STORE = "mysql://ada@db1,db2:3307/chat?tls-ca=ca.pem";
const SHOWN = "mysql://ada@db1:3306,db2:3307/chat?tls=verify&tls-ca=/srv/usermeta/ca.pem";

function storeOf(env: Readonly<Record<string, string>>, files: Readonly<Record<string, string>> = {}) {
  const { text, password } = loaded({ env, files }).config.store;
  return { text, password: password?.reveal() };
}

test("a relative store is below the working directory, wherever the process goes later", () => {
  for (const [written, text] of [
    ["sqlite:a b/c.db", "sqlite:/srv/usermeta/a b/c.db"],
    ["sqlite:/x.db", "sqlite:/x.db"],
    ["memory:", "memory:"],
    [STORE, SHOWN],
  ] as const) {
    expect(storeOf({ USERMETA_STORE: written })).toEqual({ text, password: undefined });
  }
});

test("the password of a store comes out of its address, or from an option or a file of its own", () => {
  const withPassword = STORE.replace("ada@", "ada:p%40ss%2F@");
  expect(storeOf({ USERMETA_STORE: withPassword })).toEqual({ text: SHOWN, password: "p@ss/" });
  expect(storeOf({ USERMETA_STORE: STORE, USERMETA_STORE_PASSWORD: "p@ss/" })).toEqual({
    text: SHOWN,
    password: "p@ss/",
  });
  expect(
    storeOf({ USERMETA_STORE: STORE, USERMETA_STORE_PASSWORD_FILE: "pw" }, { "/srv/usermeta/pw": "p@ss/\n" }),
  ).toEqual({ text: SHOWN, password: "p@ss/" });
  expect(mistakesOf({ env: { USERMETA_STORE: withPassword, USERMETA_STORE_PASSWORD: "other" } })).toEqual([
    "USERMETA_STORE: contains a password, and another one is set beside it: set only one of them",
  ]);
});

test("a store without authentication has no password, whatever is set", () => {
  const env = { USERMETA_STORE: "memory:", USERMETA_STORE_PASSWORD: "x" };
  expect(storeOf(env)).toEqual({ text: "memory:", password: undefined });
});

test("--store with a password is refused, and without one takes the password from the environment", () => {
  expect(mistakesOf({ flags: { store: "mysql://ada:hush@db/chat" } })).toEqual([
    "--store: must hold no password: command lines are seen by every user of a machine; " +
      "use USERMETA_STORE_PASSWORD_FILE or the environment",
  ]);
  const { store } = loaded({ flags: { store: STORE }, env: { USERMETA_STORE_PASSWORD: "hush" } }).config;
  expect([store.text, store.password?.reveal()]).toEqual([SHOWN, "hush"]);
});

test("each error in the address of a store is reported with the option's name", () => {
  for (const [written, mistake] of [
    ["sqlite:", 'USERMETA_STORE="sqlite:": "sqlite:" must be followed by the path of a file'],
    ["sqlite:dir/", 'USERMETA_STORE="sqlite:dir/": "sqlite:" must be followed by the path of a file'],
    ["memory:x", expect.stringMatching(/^USERMETA_STORE="memory:x": must be /)],
    ["postgres://root:hush@h/d", "USERMETA_STORE: must be memory:, sqlite:PATH or mysql://USER@HOST/DATABASE"],
    ["mysql://db/chat", expect.stringMatching(/^USERMETA_STORE: must name a user: /)],
  ] as const) {
    expect(mistakesOf({ env: { USERMETA_STORE: written } })).toEqual([mistake]);
  }
});

/** Not part of a message by chance, and with the special characters of an address. */
const password = fc
  .tuple(fc.string({ maxLength: 4 }), fc.string({ unit: fc.constantFrom(..."@/?#:%,&= []a"), maxLength: 6 }))
  .map(([some, special]) => `hush1815${special}${some}hush1815`);
const PLACES = [
  "mysql://ada:PASSWORD@db/chat",
  "mysql://ada:PASSWORD",
  "mysql:ada:PASSWORD@db",
  "ada:PASSWORD@db/chat",
];

test("no message, setting or printed configuration contains a password, wherever it was written", () => {
  const where = fc.constantFrom("USERMETA_STORE", "--store", "USERMETA_LISTEN", "--listen");
  fc.assert(
    fc.property(password, fc.constantFrom(...PLACES), fc.boolean(), where, (text, place, encoded, name) => {
      // Text that is not an address is not a password to an option of another kind.
      const address = name.endsWith("STORE") || name === "--store" ? place : (PLACES[0] ?? "");
      const url = address.replace("PASSWORD", () => (encoded ? encodeURIComponent(text) : text));
      // Where nothing follows, a bare @ in it makes the rest the host, as any reader would.
      fc.pre(encoded || !address.endsWith("PASSWORD") || !text.includes("@"));
      const result = load(name.startsWith("--") ? { flags: { [name.slice(2)]: url } } : { env: { [name]: url } });
      expect(JSON.stringify(result) + inspect(result, { depth: 9 }) + Bun.inspect(result)).not.toContain("hush1815");
    }),
  );
});
