import { expect, test } from "bun:test";
import { signIn } from "../../harness/client.ts";
import { expectMetadataError } from "../../harness/expect-answer.ts";
import { chunked, connectRaw } from "../../harness/raw.ts";
import { startTestService } from "../../harness/service.ts";

const TOO_LARGE = { status: 413, error: "request_entity_too_large", text: "Request Entity Too Large" };
const USER = "/org/app/metadata/user/ada";

for (const megabytes of [2, 40]) {
  test(`a body of ${megabytes} MB is refused in JSON before the connection is closed, and stores nothing`, async () => {
    await using service = await startTestService();
    const admin = await signIn(service);
    await admin.newUser("ada");
    const headers = [["Authorization", `Bearer ${admin.token}`]] as const;
    await using connection = await connectRaw(service.origin);
    const body = `ext=${"x".repeat(megabytes * 1_000_000)}`;

    const answer = await connection.call("PUT", USER, { headers, body });
    expectMetadataError(answer, TOO_LARGE);
    expect(answer.headers.get("connection")).toBe("close");
    expect((await admin.get("ada")).body.data).toEqual({});
    expect(service.faults).toEqual([]);
  });
}

test("a chunked body is counted as it comes", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  await admin.newUser("ada");
  const headers = [
    ["Authorization", `Bearer ${admin.token}`],
    ["Transfer-Encoding", "chunked"],
  ] as const;
  // Ampersands alone hold nothing, so that the bytes of the body are all there is to count.
  const most = Array.from({ length: 16 }, () => "&".repeat(1_048_576 / 16));
  await using connection = await connectRaw(service.origin);
  expect((await connection.call("PUT", USER, { headers, body: chunked(...most) })).status).toBe(400);
  expectMetadataError(await connection.call("PUT", USER, { headers, body: chunked(...most, "&") }), TOO_LARGE);
});
