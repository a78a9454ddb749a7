import { test } from "bun:test";
import { send } from "../../harness/client.ts";
import { expectAccountError } from "../../harness/expect-account.ts";
import { startTestService } from "../../harness/service.ts";

test("a body of over 1 MiB is refused in JSON", async () => {
  await using service = await startTestService();
  const json = { grant_type: "password", username: "ada", password: "x".repeat(1_048_576) };
  expectAccountError(await send("POST", `${service.base}/token`, { json }), {
    status: 413,
    error: "request_entity_too_large",
    text: "Request Entity Too Large",
  });
});
