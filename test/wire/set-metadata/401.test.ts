import { expect, test } from "bun:test";
import { DIALECTS } from "../../../src/core/model.ts";
import { badBearers } from "../../harness/bad-bearers.ts";
import { type Answer, send, signIn } from "../../harness/client.ts";
import { eventually } from "../../harness/eventually.ts";
import { expectMetadataError } from "../../harness/expect-answer.ts";
import { startTestService } from "../../harness/service.ts";
import { createTestClock } from "../../harness/test-clock.ts";

const NOT_PERMITTED = { status: 401, error: "unauthorized", text: "unauthorized" };
const form = { nickname: "x" };

// "Return a value of 401, only the user himself or the app administrator has the right to modify his metadata. A 401
// is also returned when an ordinary user tries to modify the metadata of a non-existent user, because the ordinary
// user has no right to know whether a username exists or not."
for (const dialect of DIALECTS) {
  test(`${dialect}: a user's set to another user, a missing user and an impossible name gets the same bytes`, async () => {
    await using service = await startTestService({ app: { dialect } });
    const admin = await signIn(service);
    const token = await admin.newUser("ada");
    await admin.newUser("bob");
    await admin.set("bob", { nickname: "Bob" });

    const texts = new Set<string>();
    for (const name of ["bob", "nobody", "a%20b", "x".repeat(65), "..%2F", "%00", "%ff"]) {
      const answer = await send("PUT", `${service.base}/metadata/user/${name}`, { token, form });
      expectMetadataError(answer, NOT_PERMITTED);
      texts.add(withoutNumbers(answer));
    }
    expect([...texts]).toEqual([expect.any(String)]);
    expect((await admin.get("bob")).body.data).toEqual({ nickname: "Bob" });
  });

  test(`${dialect}: a missing or bad token changes nothing, and the answer says why it is bad`, async () => {
    await using service = await startTestService({ app: { dialect } });
    const admin = await signIn(service);
    await admin.newUser("ada");
    for (const [, token, expected] of badBearers(admin)) {
      expectMetadataError(await send("PUT", `${service.base}/metadata/user/ada`, { token, form }), expected);
    }
    expect((await admin.get("ada")).body.data).toEqual({});
  });
}

test("a caller that may not write learns nothing from a bad body either", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  const token = await admin.newUser("ada");
  await admin.newUser("bob");
  const texts = new Set<string>();
  for (const name of ["bob", "nobody"]) {
    texts.add(withoutNumbers(await send("PUT", `${service.base}/metadata/user/${name}`, { token, form: "" })));
  }
  expect([...texts]).toEqual([expect.any(String)]);
});

test("a token ends with its lifetime", async () => {
  const clock = createTestClock();
  await using service = await startTestService({ parts: { clock }, app: { tokenTtlSeconds: 60 } });
  const admin = await signIn(service);
  await admin.newUser("ada");
  clock.advance(59_999);
  expect((await admin.set("ada", form)).status).toBe(200);
  clock.advance(1);
  const text = "Unable to authenticate due to expired access token";
  expectMetadataError(await admin.set("ada", form), { ...NOT_PERMITTED, text, desc: "unauthorized" });
});

test("a token of another app is refused", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  await admin.newUser("ada");
  const other = await service.addApp("org/other");
  const otherAdmin = await eventually(() => signIn(other));
  const otherAda = await otherAdmin.newUser("ada");
  for (const token of [otherAdmin.token, otherAda]) {
    const text = "Unable to authenticate due to corrupt access token";
    const answer = await send("PUT", `${service.base}/metadata/user/ada`, { token, form });
    expectMetadataError(answer, { status: 401, error: "auth_bad_access_token", text, desc: "unauthorized" });
  }
  expect((await admin.get("ada")).body.data).toEqual({});
});

function withoutNumbers({ status, headers, text }: Answer): string {
  const { date, ...others } = Object.fromEntries(headers);
  return JSON.stringify([status, others, text.replace(/"(timestamp|duration)":\d+/g, '"$1":0')]);
}
