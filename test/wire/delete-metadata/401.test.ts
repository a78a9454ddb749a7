import { expect, test } from "bun:test";
import { DIALECTS } from "../../../src/core/model.ts";
import { badBearers } from "../../harness/bad-bearers.ts";
import { send, signIn } from "../../harness/client.ts";
import { expectMetadataError } from "../../harness/expect-answer.ts";
import { startTestService } from "../../harness/service.ts";

// "Returns value 401, only the user himself or the app administrator has the right to delete his user metadata."
for (const dialect of DIALECTS) {
  test(`${dialect}: a user deletes no other user's attributes, and does not learn whether that user exists`, async () => {
    await using service = await startTestService({ app: { dialect } });
    const admin = await signIn(service);
    const token = await admin.newUser("ada");
    await admin.newUser("bob");
    await admin.set("bob", { nickname: "Bob" });
    const texts = new Set<string>();
    for (const name of ["bob", "nobody", "a%20b", "get", "capacity"]) {
      const answer = await send("DELETE", `${service.base}/metadata/user/${name}`, { token });
      expectMetadataError(answer, { status: 401, error: "unauthorized", text: "unauthorized" });
      texts.add(answer.text.replace(/"(timestamp|duration)":\d+/g, ""));
    }
    expect(texts.size).toBe(1);
    expect((await admin.get("bob")).body.data).toEqual({ nickname: "Bob" });
  });

  test(`${dialect}: without a good token nothing is deleted`, async () => {
    await using service = await startTestService({ app: { dialect } });
    const admin = await signIn(service);
    await admin.newUser("ada");
    await admin.set("ada", { nickname: "Ada" });
    for (const [, token, expected] of badBearers(admin)) {
      expectMetadataError(await send("DELETE", `${service.base}/metadata/user/ada`, { token }), expected);
    }
    expect((await admin.get("ada")).body.data).toEqual({ nickname: "Ada" });
  });
}
