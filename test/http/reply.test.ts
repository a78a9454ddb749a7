import { expect, test } from "bun:test";
import { metadataReply, successResponse } from "../../src/http/reply.ts";

test("what is added to one answer's headers is in no other answer", () => {
  const answer = () => successResponse(metadataReply("{}"), { from: 1, to: 2 }, "metadata", undefined);
  answer().headers.set("Connection", "close");
  expect(Object.fromEntries(answer().headers)).toEqual({
    "access-control-allow-origin": "*",
    "access-control-expose-headers":
      "ETag, RateLimit, RateLimit-Policy, Retry-After, X-Quota-User-Limit, X-Quota-User-Used, X-Request-Id",
    "cache-control": "private, no-cache",
    "content-type": "application/json",
    vary: "Authorization",
  });
});
