import { expect, test } from "bun:test";
import fc from "fast-check";
import { NO_IDENTITY } from "../../src/core/identity-settings.ts";
import { DEFAULT_LIMITS, limitsOf, utf8Bytes } from "../../src/core/limits.ts";
import type { App } from "../../src/core/model.ts";

test("a text is as long as its UTF-8, lone surrogates as U+FFFD", () => {
  const anyText = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(fc.integer({ min: 0, max: 0xffff })).map(textOf),
    fc.tuple(fc.integer({ min: 50, max: 300 }), fc.string({ unit: "binary" })).map(([at, end]) => "x".repeat(at) + end),
    fc.array(fc.integer({ min: 0xd7f0, max: 0xe00f }), { minLength: 60, maxLength: 70 }).map(textOf),
    fc.constantFrom(
      "\ud800",
      "\udc00\ud800",
      "\ud83d\ude00",
      "\ud83d",
      "a\ud83db",
      "\u007f\u0080",
      "\u07ff\u0800\uffff",
    ),
  );
  fc.assert(
    fc.property(anyText, (text) => {
      expect(utf8Bytes(text)).toBe(new TextEncoder().encode(text).length);
    }),
    { numRuns: 2000 },
  );
});

test("an app's own limits hold, also when they are 0, and the server's where it has none", () => {
  const own: App = {
    userBytesMax: 10,
    appBytesMax: null,
    batchMax: null,
    ratePerSecond: 0,
    dialect: "2021",
    registration: null,
    conflicts: "refuse",
    companionCalls: true,
    checkExt: false,
    tokenTtlSeconds: 0,
    identity: NO_IDENTITY,
    number: 1,
    id: "",
    key: "org/app" as App["key"], // as: a legal one
    clientId: "",
    clientSecretHash: new Uint8Array(),
    created: 0,
    adminTokensValidAfter: 0,
    tokensValidAfter: 0,
  };
  expect(limitsOf(own, DEFAULT_LIMITS)).toEqual({ ...DEFAULT_LIMITS, userBytesMax: 10, ratePerSecond: 0 });
});

function textOf(units: readonly number[]): string {
  return String.fromCharCode(...units);
}
