import { expect, test } from "bun:test";
import { expectMetadataError } from "../../harness/expect-answer.ts";
import { connectRaw } from "../../harness/raw.ts";
import { startTestService } from "../../harness/service.ts";

test("every other method is 405, and the connection goes on", async () => {
  await using service = await startTestService();
  await using connection = await connectRaw(service.origin);
  for (const method of ["POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"]) {
    const answer = await connection.call(method, "/-/openapi.json", { body: "{}" });
    expectMetadataError(answer, { status: 405, error: "method_not_allowed", text: "Method Not Allowed" });
    expect(answer.headers.get("allow")).toBe("GET, HEAD, OPTIONS");
  }
});
