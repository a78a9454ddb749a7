import { expect, test } from "bun:test";
import { inspect } from "node:util";
import fc from "fast-check";
import { Secret } from "../../src/config/secret.ts";
import { load, loaded, mistakesOf } from "./load-input.ts";

const SECRET_OPTIONS = ["USERMETA_CLIENT_SECRET", "USERMETA_OPERATOR_KEY"] as const;

/** Long enough not to be part of a message by chance. */
const secretText = fc
  .string({ unit: "binary-ascii", minLength: 12, maxLength: 40 })
  .filter((text) => /\w{12}/.test(text));

test("a secret prints as *** however it is printed", () => {
  const secret = new Secret("hush-hush");
  const printed = [
    String(secret),
    `${secret}`,
    JSON.stringify({ secret }),
    inspect(secret),
    inspect({ deep: { secret } }),
    Bun.inspect(secret),
    secret.toString(),
  ].join("\n");
  expect(printed).not.toContain("hush");
  expect(printed).toContain("***");
  expect(secret.reveal()).toBe("hush-hush");
});

test("no message and no setting contains the text of a secret, whether the configuration is valid or not", () => {
  fc.assert(
    fc.property(fc.constantFrom(...SECRET_OPTIONS), secretText, fc.boolean(), (name, text, inFile) => {
      const path = "/run/secret";
      const env = inFile ? { [`${name}_FILE`]: path } : { [name]: text };
      const result = load({ env, files: { [path]: text } });
      const shown = JSON.stringify(result) + inspect(result, { depth: 9 }) + Bun.inspect(result);
      expect(shown).not.toContain(text);
      expect(shown).not.toContain(JSON.stringify(text).slice(1, -1));
    }),
  );
});

test("a secret in a file, without the newline that editors add", () => {
  for (const ending of ["", "\n", "\r\n"]) {
    const { config, settings } = loaded({
      env: { USERMETA_OPERATOR_KEY_FILE: "key" },
      files: { "/srv/usermeta/key": `0123456789abcdef${ending}` },
    });
    expect(config.operatorKey?.reveal()).toBe("0123456789abcdef");
    expect(settings.find(({ key }) => key === "operatorKey")).toMatchObject({ source: "file", text: undefined });
  }
});

test("only the last newline is removed: a second one is an error, not a silently different secret", () => {
  const files = { "/key": "0123456789abcdef\n\n" };
  expect(mistakesOf({ env: { USERMETA_OPERATOR_KEY_FILE: "/key" }, files })).toEqual([
    "USERMETA_OPERATOR_KEY_FILE: must be at least 16 characters, printable ASCII without spaces",
  ]);
});

test("a secret and its file together are an error", () => {
  const env = { USERMETA_OPERATOR_KEY: "0123456789abcdef", USERMETA_OPERATOR_KEY_FILE: "/key" };
  expect(mistakesOf({ env })).toEqual([
    "USERMETA_OPERATOR_KEY and USERMETA_OPERATOR_KEY_FILE are both set: set one of them",
  ]);
});

test("a missing or empty file is an error that names it", () => {
  const env = { USERMETA_OPERATOR_KEY_FILE: "/gone", USERMETA_CLIENT_SECRET_FILE: "./empty" };
  expect(mistakesOf({ env, files: { "/srv/usermeta/empty": "\n" } })).toEqual([
    'USERMETA_CLIENT_SECRET_FILE="./empty": the file is empty',
    'USERMETA_OPERATOR_KEY_FILE="/gone": the file cannot be read (ENOENT)',
    "USERMETA_CLIENT_SECRET cannot go without USERMETA_APP and USERMETA_CLIENT_ID",
  ]);
});

test("a secret that was put where its file's path belongs is not repeated", () => {
  const text = "s3cr3t-0123456789";
  expect(mistakesOf({ env: { USERMETA_OPERATOR_KEY_FILE: text } }).join()).not.toContain(text);
});

test("an option that is not a secret cannot be given as a file", () => {
  expect(mistakesOf({ env: { USERMETA_LISTEN_FILE: "/x" } })).toEqual([
    "USERMETA_LISTEN_FILE is not an option: did you mean USERMETA_LISTEN?",
  ]);
});
