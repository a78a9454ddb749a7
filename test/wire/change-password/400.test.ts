import { expect, test } from "bun:test";
import { send, signIn } from "../../harness/client.ts";
import { expectAccountError, illegalArgument } from "../../harness/expect-account.ts";
import { quickPasswords } from "../../harness/quick-passwords.ts";
import { startTestService } from "../../harness/service.ts";

const parts = { passwords: quickPasswords };
const WRONG = { status: 400, error: "invalid_grant", text: "invalid password" };

test("a missing or too long field is named, and nothing changes", async () => {
  await using service = await startTestService({ parts });
  const admin = await signIn(service);
  await admin.register("ada");
  const ada = await admin.tokenOf("ada");
  const change = (token: string, json: unknown) => send("PUT", `${service.base}/users/ada/password`, { token, json });

  for (const json of [{}, { newpassword: "" }, { newpassword: null }, { password: "new" }]) {
    expectAccountError(await change(admin.token, json), illegalArgument("newpassword is required"));
  }
  expectAccountError(await change(admin.token, { newpassword: "x".repeat(65) }), illegalArgument("PASSWORD_TOO_LONG"));
  expectAccountError(await change(ada, { newpassword: "new" }), illegalArgument("oldPassword is required"));
  expect((await change(admin.token, { newpassword: 1 })).status).toBe(400);
  const malformed = await send("PUT", `${service.base}/users/ada/password`, { token: ada, body: "{" });
  expect([malformed.status, malformed.body.error]).toEqual([400, "json_parse"]);
  expect((await admin.get("ada")).status).toBe(200);
  const login = { grant_type: "password", username: "ada", password: "secret" };
  expect((await send("POST", `${service.base}/token`, { json: login })).status).toBe(200);
});

test("a wrong old password changes nothing and ends no token", async () => {
  await using service = await startTestService({ parts });
  const admin = await signIn(service);
  await admin.register("ada");
  const token = await admin.tokenOf("ada");
  for (const oldpassword of ["", "wrong", "Secret"]) {
    const json = { newpassword: "new", oldpassword };
    expectAccountError(await send("PUT", `${service.base}/users/ada/password`, { token, json }), WRONG);
  }
  const set = await send("PUT", `${service.base}/metadata/user/ada`, { token, form: { nickname: "Ada" } });
  expect(set.status).toBe(200);
});

test("a user without a password has no old one to give", async () => {
  await using service = await startTestService({ parts });
  const token = await (await signIn(service)).newUser("ada");
  for (const oldpassword of ["", "null", "new"]) {
    const json = { newpassword: "new", oldpassword };
    expectAccountError(await send("PUT", `${service.base}/users/ada/password`, { token, json }), WRONG);
  }
});
