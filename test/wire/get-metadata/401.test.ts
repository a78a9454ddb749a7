import { expect, test } from "bun:test";
import { DIALECTS } from "../../../src/core/model.ts";
import { badBearers } from "../../harness/bad-bearers.ts";
import { send, signIn } from "../../harness/client.ts";
import { expectMetadataError } from "../../harness/expect-answer.ts";
import { startTestService } from "../../harness/service.ts";

for (const dialect of DIALECTS) {
  test(`${dialect}: without a good token nothing is read`, async () => {
    await using service = await startTestService({ app: { dialect } });
    const admin = await signIn(service);
    await admin.newUser("ada");
    for (const [, token, expected] of badBearers(admin)) {
      expectMetadataError(await send("GET", `${service.base}/metadata/user/ada`, { token }), expected);
    }
  });
}

// 401 `metadata_error` `auth error`: "for example the token does not match the path username" (docs/PROTOCOL.md § Get)
test("2026: a user may read only their own, and does not learn whether another user exists", async () => {
  await using service = await startTestService({ app: { dialect: "2026" } });
  const admin = await signIn(service);
  const token = await admin.newUser("ada");
  await admin.newUser("bob");
  const texts = new Set<string>();
  for (const name of ["bob", "nobody", "a%20b"]) {
    const answer = await send("GET", `${service.base}/metadata/user/${name}`, { token });
    expectMetadataError(answer, { status: 401, error: "metadata_error", text: "auth error", desc: "unauthorized" });
    texts.add(answer.text.replace(/"(timestamp|duration)":\d+/g, ""));
  }
  expect(texts.size).toBe(1);
});
