import { expect, test } from "bun:test";
import { send, signIn } from "../../harness/client.ts";
import { entity, expectAccountSuccess } from "../../harness/expect-account.ts";
import { startTestService } from "../../harness/service.ts";

// POST `/users/{u}/deactivate` → `{"action":"Deactivate user","entities":[{…"activated":false}],…}` (docs/PROTOCOL.md § Users)
test("the user is shown as not activated, and keeps their attributes; again changes nothing", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  const { token } = admin;
  await admin.newUser("ada");
  await admin.set("ada", { nickname: "Ada" });
  for (const name of ["ada", "ADA"]) {
    const answer = await send("POST", `${service.base}/users/${name}/deactivate`, { token });
    expectAccountSuccess(answer, { action: "Deactivate user", entities: [entity("ada", { activated: false })] });
  }
  const shown = await send("GET", `${service.base}/users/ada`, { token });
  expect(shown.body.entities).toEqual([entity("ada", { activated: false })]);
  expect((await admin.get("ada")).body.data).toEqual({ nickname: "Ada" });
  expect((await admin.set("ada", { nickname: "A." })).status).toBe(200);
});
