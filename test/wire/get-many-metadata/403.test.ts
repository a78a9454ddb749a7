import { test } from "bun:test";
import { send, signIn } from "../../harness/client.ts";
import { expectMetadataError } from "../../harness/expect-answer.ts";
import { startTestService } from "../../harness/service.ts";

// "Returns value 403, the number of specified usernames exceeds 100"
test("2021: 101 targets are over the limit, counted before names are folded or repeated ones dropped", async () => {
  await using service = await startTestService();
  const { token } = await signIn(service);
  for (const name of [(number: number) => `user${number}`, () => "ada", () => "a b"]) {
    const json = { targets: Array.from({ length: 101 }, (_, number) => name(number)) };
    const answer = await send("POST", `${service.base}/metadata/user/get`, { token, json });
    expectMetadataError(answer, { status: 403, error: "FORBIDDEN", text: "exceed allowed batch size 100" });
  }
});
