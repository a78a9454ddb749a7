import { expect, test } from "bun:test";
import { send, signIn } from "../../harness/client.ts";
import { expectAccountSuccess } from "../../harness/expect-account.ts";
import { startTestService } from "../../harness/service.ts";

const CHANGED = { action: "set user password" };

// `{"newpassword":"…"}` → `{"action":"set user password","timestamp":…,"duration":8}` (docs/PROTOCOL.md § Users)
test("an admin needs no old password; the new one works and the old one no longer", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  await admin.register("ada");
  const url = `${service.base}/users/ADA/password`;
  expectAccountSuccess(await send("PUT", url, { token: admin.token, json: { newpassword: "123" } }), CHANGED);

  const login = (password: string) =>
    send("POST", `${service.base}/token`, { json: { grant_type: "password", username: "ada", password } });
  expect((await login("123")).status).toBe(200);
  expect((await login("secret")).status).toBe(400);
});

test("a user gives their old password, in either spelling of the field", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  await admin.register("ada");
  const change = async (json: object) =>
    send("PUT", `${service.base}/users/ada/password`, { token: await admin.tokenOf("ada"), json });

  expectAccountSuccess(await change({ newpassword: "two", oldpassword: "secret" }), CHANGED);
  expectAccountSuccess(await change({ newpassword: "three", oldPassword: "two" }), CHANGED);
});

test("an admin gives a password to a user without one", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  await admin.newUser("ada");
  const url = `${service.base}/users/ada/password`;
  await send("PUT", url, { token: admin.token, json: { newpassword: "x".repeat(64) } });
  const login = { grant_type: "password", username: "ada", password: "x".repeat(64) };
  expect((await send("POST", `${service.base}/token`, { json: login })).status).toBe(200);
});
