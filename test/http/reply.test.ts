import { expect, test } from "bun:test";
import { metadataReply, successResponse } from "../../src/http/reply.ts";

test("what is added to one answer's headers is in no other answer", () => {
  const answer = () => successResponse(metadataReply("{}"), { from: 1, to: 2 });
  answer().headers.set("Connection", "close");
  expect(Object.fromEntries(answer().headers)).toEqual({
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "Retry-After, X-Request-Id",
    "content-type": "application/json",
  });
});
