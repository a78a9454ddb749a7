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

// 415 UNSUPPORTED_MEDIA_TYPE "Content-Type 'application/json;charset=UTF-8' is not supported." (docs/PROTOCOL.md § Set)
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

test("a JSON object, list or quoted text is refused as JSON under any type, instead of taking away a key", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  const token = await admin.newUser("ada");
  await admin.set("ada", { nickname: "Ada" });
  const long = `["${"x".repeat(20_000)}"]`;
  const bodies = [
    '{"nickname":"Ada"}',
    '["a","b"]',
    "[]",
    "{}",
    '"nickname"',
    '{"nickname":1e+5,"a":"x&y=z%22"}',
    long,
  ];
  for (const type of [undefined, "text/plain", "application/x-www-form-urlencoded", "text/plain; charset=GBK"]) {
    for (const body of bodies.flatMap((json) => [json, ` \r\n\t${json}\n`, `\ufeff ${json}`])) {
      if (type?.includes("GBK") && body.startsWith("\ufeff")) continue;
      const headers: Record<string, string> = type === undefined ? {} : { "content-type": type };
      for (const method of ["PUT", "PATCH"]) {
        const answer = await send(method, `${service.base}/metadata/user/ada`, {
          token,
          body: new TextEncoder().encode(body),
          headers,
        });
        expectMetadataError(answer, refused("application/json"));
      }
    }
  }
  expect((await admin.get("ada")).body.data).toEqual({ nickname: "Ada" });
});

test("texts that only begin like JSON, a bare word and a bare number are forms, and so is percent-encoded JSON", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  await admin.newUser("ada");
  const data = { "{a}": "b", '"q"': "1", "[x]": "2", "5": "five", '{"a":1}': "json" };
  const form = `{a}=b&"q"=1&[x]=2&5=five&true&null&${encodeURIComponent('{"a":1}')}=json`;
  expect((await admin.set("ada", form)).body.data).toEqual(data);
  for (const [body, key] of [
    ["5", "5"],
    ["%7B%22a%22%3A1%7D", '{"a":1}'],
    ['"q"=', '"q"'],
    ["[x]", "[x]"],
    ["{a}", "{a}"],
  ] as const) {
    const { body: left } = await admin.set("ada", body);
    expect([body, Object.keys(left.data).includes(key)]).toEqual([body, false]);
  }
  for (const word of ["true", "null", "12", "-1.5"]) expect((await admin.set("ada", word)).status).toBe(200);
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
