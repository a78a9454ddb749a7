import { expect, test } from "bun:test";
import type { RateLimitStatus } from "../../src/core/rate-limit-status.ts";
import { type Family, type Reply, successResponse } from "../../src/http/answers/reply.ts";

const SPAN = { from: 1, to: 2 };

const ALWAYS = {
  "access-control-allow-origin": "*",
  "access-control-expose-headers":
    "ETag, RateLimit, RateLimit-Policy, Retry-After, X-Quota-User-Limit, X-Quota-User-Used, X-Request-Id",
  "content-type": "application/json",
};

/** A reply of a kind with its own values, and the expected headers. */
function answer(kind: number, number: number) {
  const family: Family = kind & 1 ? "metadata" : "account";
  const version = { userId: `id-${number}`, version: number, modified: number * 1000, bytes: 0 };
  const reply: Reply = {
    members: kind & 2 ? '"data":{}' : undefined,
    timed: true,
    version: kind & 4 ? version : undefined,
    ...(kind & 8 ? { quota: { used: number, limit: 1000 + number } } : {}),
  };
  const rateLimit: RateLimitStatus = { bucket: "set", ratePerSecond: 100 + number, remaining: number, resetMs: 1 };
  const response = successResponse(reply, SPAN, family, kind & 16 ? rateLimit : undefined);
  const expected = {
    ...ALWAYS,
    ...(kind & 1 ? { "cache-control": "private, no-cache", vary: "Authorization" } : { "cache-control": "no-store" }),
    ...(kind & 4 ? { etag: `"id-${number}.${number}"`, "last-modified": new Date(number * 1000).toUTCString() } : {}),
    ...(kind & 8 ? { "x-quota-user-used": `${number}`, "x-quota-user-limit": `${1000 + number}` } : {}),
    ...(kind & 16 ? { ratelimit: `"set";r=${number};t=1`, "ratelimit-policy": `"set";q=${100 + number};w=1` } : {}),
  };
  return { response, status: kind & 2 ? 200 : 304, expected };
}

test("each answer has the headers of its own kind and values, whatever was answered before and after", () => {
  const answers = Array.from({ length: 3 * 32 }, (_, index) => answer((index * 7) % 32, index));
  for (const { response, status, expected } of answers) {
    expect(Object.fromEntries(response.headers)).toEqual(expected);
    expect(response.status).toBe(status);
  }
});

test("headers added to one answer appear in no other", () => {
  const { response } = answer(3, 1);
  response.headers.set("Connection", "close");
  expect(answer(3, 1).response.headers.has("Connection")).toBe(false);
});
