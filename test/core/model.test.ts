import { expect, test } from "bun:test";
import fc from "fast-check";
import { appKey, appKeyParts, userName } from "../../src/core/model.ts";

// docs/PROTOCOL.md § Names and sizes: at most 64 bytes, non-empty, [a-z0-9_.-], upper case folded.
test("a username folds to lower case", () => {
  expect(userName("Ada.L_1-x") as string).toBe("ada.l_1-x");
  expect(userName("__proto__") as string).toBe("__proto__");
  expect(userName("a".repeat(64)) as string).toBe("a".repeat(64));
});

test.each([
  "",
  ".",
  "..",
  "a".repeat(65),
  "a b",
  "ada ",
  " ada",
  "ad\u00e1",
  "\u212aate",
  "\u0130x",
  "a/b",
  "a\0",
  "a\n",
  "a%",
  "a@b",
])("%j is no username", (text) => expect(userName(text)).toBeUndefined());

test("an accepted username consists of allowed characters only", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: "binary", maxLength: 70 }), fc.string({ maxLength: 70 })), (text) => {
      const name: string | undefined = userName(text);
      if (name === undefined) return;
      expect(name).toMatch(/^[a-z0-9_.-]{1,64}$/);
      expect(name).toBe(text.toLowerCase());
      expect(userName(name) as string).toBe(name);
    }),
  );
});

test("an app key is two names and a slash, folded", () => {
  expect(appKey("Chat-Demo/TestApp") as string).toBe("chat-demo/testapp");
  const longest = `${"o".repeat(32)}/${"a".repeat(32)}`;
  expect(appKey(longest) as string).toBe(longest);
  const key = appKey("org/app_1");
  expect(key && appKeyParts(key)).toEqual({ org: "org", name: "app_1" });
});

// The paths below /-/ and /app-id/ are the server's own.
test.each([
  "org",
  "org/",
  "/app",
  "a/b/c",
  "-/app",
  "app-id/app",
  "App-Id/app",
  "o rg/app",
  "org/a.b",
  "",
  `${"o".repeat(33)}/app`,
  `org/${"a".repeat(33)}`,
  "org/\u0130",
  "\u212aate/app",
  "org/\u212ate",
])("%j is no app key", (text) => expect(appKey(text)).toBeUndefined());
