import { test } from "bun:test";
import { send, signIn } from "../../harness/client.ts";
import { expectMetadataError } from "../../harness/expect-answer.ts";
import { startTestService } from "../../harness/service.ts";

test("a body over 1 MB is too large", async () => {
  await using service = await startTestService();
  const { token } = await signIn(service);
  const json = { targets: [], properties: ["x".repeat(1_048_576)] };
  const answer = await send("POST", `${service.base}/metadata/user/get`, { token, json });
  const text = "Request Entity Too Large";
  expectMetadataError(answer, { status: 413, error: "request_entity_too_large", text });
});
