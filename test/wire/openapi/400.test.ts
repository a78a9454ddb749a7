import { test } from "bun:test";
import { send } from "../../harness/client.ts";
import { expectMetadataError } from "../../harness/expect-answer.ts";
import { startTestService } from "../../harness/service.ts";

test("a dialect that there is not is refused", async () => {
  await using service = await startTestService();
  for (const dialect of ["", "2020", "2021,2026", "__proto__", "%00", "2021%20"]) {
    const answer = await send("GET", `${service.origin}/-/openapi.json?dialect=${dialect}`);
    expectMetadataError(answer, { status: 400, error: "illegal_argument", text: "dialect: neither 2021 nor 2026" });
  }
});
