import { expect, test } from "bun:test";
import { send, signIn } from "../../harness/client.ts";
import { entity, expectAccountSuccess } from "../../harness/expect-account.ts";
import { startTestService } from "../../harness/service.ts";

// POST `/users/{u}/activate` → `{"action":"activate user","timestamp":…,"duration":9}` (docs/PROTOCOL.md § Users)
test("the user gets tokens again; those of before stay ended", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  const before = await admin.newUser("ada");
  await send("POST", `${service.base}/users/ada/deactivate`, { token: admin.token });
  const answer = await send("POST", `${service.base}/users/Ada/activate`, { token: admin.token });
  expectAccountSuccess(answer, { action: "activate user" });

  const shown = await send("GET", `${service.base}/users/ada`, { token: admin.token });
  expect(shown.body.entities).toEqual([entity("ada")]);
  const after = await admin.tokenOf("ada");
  expect((await send("GET", `${service.base}/metadata/user/ada`, { token: after })).status).toBe(200);
  expect((await send("GET", `${service.base}/metadata/user/ada`, { token: before })).status).toBe(401);
});

test("activating an active user ends no token", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  const token = await admin.newUser("ada");
  await send("POST", `${service.base}/users/ada/activate`, { token: admin.token });
  expect((await send("GET", `${service.base}/metadata/user/ada`, { token })).status).toBe(200);
});
