import { expect, test } from "bun:test";
import { send, signIn } from "../../harness/client.ts";
import { expectMetadataError } from "../../harness/expect-answer.ts";
import { startTestService } from "../../harness/service.ts";

// No document names a 400 of this call; docs/PROTOCOL.md § Readings, rows 14 and 15 settle it.
const REFUSED = {
  "an empty body": ["", "the request body holds no attributes"],
  "nothing but separators": ["&&", "the request body holds no attributes"],
  "a pair without a key": ["nickname=Ada&=value", "an attribute has no key"],
} as const;

for (const [what, [form, text]] of Object.entries(REFUSED)) {
  test(`${what} is an illegal argument, and nothing is stored`, async () => {
    await using service = await startTestService();
    const admin = await signIn(service);
    await admin.newUser("ada");
    expectMetadataError(await admin.set("ada", form), { status: 400, error: "illegal_argument", text });
    expect((await admin.get("ada")).body.data).toEqual({});
  });
}

test("a request without any body is an illegal argument", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  await admin.newUser("ada");
  const answer = await send("PUT", `${service.base}/metadata/user/ada`, { token: admin.token });
  const text = "the request body holds no attributes";
  expectMetadataError(answer, { status: 400, error: "illegal_argument", text });
});
