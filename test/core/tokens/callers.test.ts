import { expect, test } from "bun:test";
import type { ServedApp } from "../../../src/core/apps/registry.ts";
import type { App } from "../../../src/core/model.ts";
import { Refusal } from "../../../src/core/refusals.ts";
import { createCallers } from "../../../src/core/tokens/callers.ts";
import { systemDigest } from "../../../src/system/digest.ts";

const KEY = "the operator's own key";
const SERVED = { app: { id: "app" } as App } as ServedApp; // as: nothing else of it is asked for

const ASKER = () => ({ address: "192.0.2.1" });

/** Callers without any token, and how many texts have been compared with the operator's key. */
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
    recall: () => undefined,
    isKnown: () => false,
    verify: () => Promise.reject(new Refusal({ code: "token_malformed" })),
  };
  const noTrusted = {
    recall: () => undefined,
    isKnown: () => false,
    takes: () => false,
    identify: () => Promise.reject(new Refusal({ code: "token_malformed" })),
  };
  return { callers: createCallers(noTokens, noTrusted, digest, KEY), compared: () => compared };
}

test("the operator's key is compared once, and known from then on", async () => {
  const { callers, compared } = operatorOnly();
  expect(callers.isKnown(KEY)).toBe(false);
  expect(callers.recall(SERVED, KEY)).toBeUndefined();
  const operator = await callers.identify(SERVED, KEY, ASKER);
  expect(operator.caller).toEqual({ kind: "admin" });
  expect(callers.isKnown(KEY)).toBe(true);
  expect(callers.recall(SERVED, KEY)).toBe(operator);
  expect(await callers.identify(SERVED, KEY, ASKER)).toBe(operator);
  expect(compared()).toBe(1);
});

test("any other text is compared whenever it comes, and never known", async () => {
  const { callers, compared } = operatorOnly();
  await callers.identify(SERVED, KEY, ASKER);
  for (const text of [KEY.slice(1), `${KEY} `, KEY.toUpperCase(), "x"]) {
    for (let times = 0; times < 2; times++) {
      await expect(callers.identify(SERVED, text, ASKER)).rejects.toThrow("token_malformed");
      expect(callers.recall(SERVED, text)).toBeUndefined();
      expect(callers.isKnown(text)).toBe(false);
    }
  }
  expect(compared()).toBe(9);
});

test("no bearer, and an empty one, are no operator", async () => {
  const { callers } = operatorOnly();
  for (const bearer of [undefined, ""]) {
    expect(callers.recall(SERVED, bearer)).toBeUndefined();
    await expect(callers.identify(SERVED, bearer, ASKER)).rejects.toThrow("token_missing");
  }
});

test("a replaced key is nobody's from then on, known or not, and the new one is the operator's", async () => {
  const { callers } = operatorOnly();
  await callers.identify(SERVED, KEY, ASKER);
  callers.replaceOperatorKey("another key");
  expect(callers.recall(SERVED, KEY)).toBeUndefined();
  expect(callers.isKnown(KEY)).toBe(false);
  await expect(callers.identify(SERVED, KEY, ASKER)).rejects.toThrow("token_malformed");
  expect((await callers.identify(SERVED, "another key", ASKER)).caller).toEqual({ kind: "admin" });
});
