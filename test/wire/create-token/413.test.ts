import { expect, test } from "bun:test";
import { send } from "../../harness/client.ts";
import { expectAccountError } from "../../harness/expect-account.ts";
import { startTestService } from "../../harness/service.ts";

test("a body of over 16 KiB is refused in JSON, and one of that size is read", async () => {
  await using service = await startTestService();
  const json = { grant_type: "password", username: "ada", password: "" };
  const ask = (bytes: number) => {
    const password = "x".repeat(bytes - JSON.stringify(json).length);
    return send("POST", `${service.base}/token`, { json: { ...json, password } });
  };
  expectAccountError(await ask(16_385), {
    status: 413,
    error: "request_entity_too_large",
    text: "Request Entity Too Large",
  });
  expect((await ask(16_384)).status).toBe(404);
});
