import { expect, test } from "bun:test";
import { signIn } from "../../harness/client.ts";
import { expectMetadataError } from "../../harness/expect-answer.ts";
import { startTestService } from "../../harness/service.ts";

// error.md: "Request Entity Too Large". The documents have it for messages; our bound is 1 MB (docs/PROTOCOL.md § Readings, row 19).
test("a body over 1 MB is too large, in JSON, and one of exactly 1 MB is read", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  await admin.newUser("ada");
  const most = `ext=${"x".repeat(1_048_576 - 4)}`;

  expect((await admin.set("ada", most)).status).toBe(403);
  expectMetadataError(await admin.set("ada", `${most}x`), {
    status: 413,
    error: "request_entity_too_large",
    text: "Request Entity Too Large",
  });
  expect((await admin.get("ada")).body.data).toEqual({});
});
