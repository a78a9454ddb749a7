import { expect, test } from "bun:test";
import type { ResolvedApp } from "../../../src/core/apps/registry.ts";
import type { App } from "../../../src/core/model.ts";
import { Refusal } from "../../../src/core/refusals.ts";
import { createAuthenticator } from "../../../src/core/tokens/authenticator.ts";
import { systemDigest } from "../../../src/system/digest.ts";

const KEY = "the operator's own key";
const SERVED = { app: { id: "app" } as App } as ResolvedApp; // as: nothing else of it is asked for

const ASKER = () => ({ address: "192.0.2.1" });

/** An authenticator without any token, and the number of texts compared with the operator's key. */
function operatorOnly() {
  let compared = 0;
  const digest = {
    sha256: systemDigest.sha256,
    equal(a: Uint8Array, b: Uint8Array) {
      compared += 1;
      return systemDigest.equal(a, b);
    },
  };
  const noTokens = {
    lookup: () => undefined,
    isCached: () => false,
    verify: () => Promise.reject(new Refusal({ code: "token_malformed" })),
  };
  const noTrusted = {
    lookup: () => undefined,
    isCached: () => false,
    takes: () => false,
    authenticate: () => Promise.reject(new Refusal({ code: "token_malformed" })),
  };
  return { authenticator: createAuthenticator(noTokens, noTrusted, digest, KEY), compared: () => compared };
}

test("the operator's key is compared once, and cached from then on", async () => {
  const { authenticator, compared } = operatorOnly();
  expect(authenticator.isCached(KEY)).toBe(false);
  expect(authenticator.lookup(SERVED, KEY)).toBeUndefined();
  const operator = await authenticator.authenticate(SERVED, KEY, ASKER);
  expect(operator.caller).toEqual({ kind: "admin" });
  expect(authenticator.isCached(KEY)).toBe(true);
  expect(authenticator.lookup(SERVED, KEY)).toBe(operator);
  expect(await authenticator.authenticate(SERVED, KEY, ASKER)).toBe(operator);
  expect(compared()).toBe(1);
});

test("any other text is compared every time, and never cached", async () => {
  const { authenticator, compared } = operatorOnly();
  await authenticator.authenticate(SERVED, KEY, ASKER);
  for (const text of [KEY.slice(1), `${KEY} `, KEY.toUpperCase(), "x"]) {
    for (let times = 0; times < 2; times++) {
      await expect(authenticator.authenticate(SERVED, text, ASKER)).rejects.toThrow("token_malformed");
      expect(authenticator.lookup(SERVED, text)).toBeUndefined();
      expect(authenticator.isCached(text)).toBe(false);
    }
  }
  expect(compared()).toBe(9);
});

test("no bearer token, or an empty one, is not the operator", async () => {
  const { authenticator } = operatorOnly();
  for (const bearer of [undefined, ""]) {
    expect(authenticator.lookup(SERVED, bearer)).toBeUndefined();
    await expect(authenticator.authenticate(SERVED, bearer, ASKER)).rejects.toThrow("token_missing");
  }
});

test("a replaced key is invalid from then on, cached or not, and the new one is the operator's", async () => {
  const { authenticator } = operatorOnly();
  await authenticator.authenticate(SERVED, KEY, ASKER);
  authenticator.replaceOperatorKey("another key");
  expect(authenticator.lookup(SERVED, KEY)).toBeUndefined();
  expect(authenticator.isCached(KEY)).toBe(false);
  await expect(authenticator.authenticate(SERVED, KEY, ASKER)).rejects.toThrow("token_malformed");
  expect((await authenticator.authenticate(SERVED, "another key", ASKER)).caller).toEqual({ kind: "admin" });
});
