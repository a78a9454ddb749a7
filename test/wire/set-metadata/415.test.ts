import { expect, test } from "bun:test";
import { DIALECTS } from "../../../src/core/model.ts";
import { send, signIn } from "../../harness/client.ts";
import { expectMetadataError, expectSuccess } from "../../harness/expect-answer.ts";
import { startTestService } from "../../harness/service.ts";

const refused = (contentType: string) => ({
  status: 415,
  error: "UNSUPPORTED_MEDIA_TYPE",
  text: `Content-Type '${contentType}' is not supported.`,
});

// 415 UNSUPPORTED_MEDIA_TYPE "Content-Type 'application/json;charset=UTF-8' is not supported." (protocol.md § 1.2)
for (const dialect of DIALECTS) {
  test(`${dialect}: a body declared as something else than a form is refused by name, and nothing is stored`, async () => {
    await using service = await startTestService({ app: { dialect } });
    const admin = await signIn(service);
    await admin.newUser("ada");
    for (const contentType of [
      "application/json;charset=UTF-8",
      "application/json",
      "APPLICATION/JSON",
      "application/vnd.api+json",
      "application/xml",
      "multipart/form-data; boundary=x",
    ]) {
      const answer = await send("PUT", `${service.base}/metadata/user/ada`, {
        token: admin.token,
        headers: { "content-type": contentType },
        body: "nickname=Ada",
      });
      expectMetadataError(answer, refused(contentType));
    }
    expect((await admin.get("ada")).body.data).toEqual({});
  });
}

test("a JSON object under the form type is refused as JSON instead of being stored as a key", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  await admin.newUser("ada");
  expectMetadataError(await admin.set("ada", ' {"nickname":"Ada"}'), refused("application/json"));
  expect((await admin.get("ada")).body.data).toEqual({});
});

test("what only begins like JSON is a form", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  await admin.newUser("ada");
  expect((await admin.set("ada", "{a}=b")).body.data).toEqual({ "{a}": "b" });
});

test("a form is taken under any declaration that does not contradict it, and under none", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  await admin.newUser("ada");
  for (const contentType of [
    "application/x-www-form-urlencoded; charset=UTF-8",
    "Application/X-WWW-Form-URLEncoded",
    "text/plain",
    "application/octet-stream",
  ]) {
    const answer = await send("PUT", `${service.base}/metadata/user/ada`, {
      token: admin.token,
      headers: { "content-type": contentType },
      body: new TextEncoder().encode("nickname=Ada"),
    });
    expectSuccess(answer, { data: { nickname: "Ada" }, lastModified: answer.body.lastModified });
  }
  const undeclared = { token: admin.token, body: new TextEncoder().encode("sign=x") };
  const answer = await send("PUT", `${service.base}/metadata/user/ada`, undeclared);
  expect(answer.body.data).toEqual({ nickname: "Ada", sign: "x" });
});
