import { expect, test } from "bun:test";
import { send, signIn } from "../../harness/client.ts";
import { expectAccountSuccess } from "../../harness/expect-account.ts";
import { startTestService } from "../../harness/service.ts";

// "Body like register with `action: delete`"; "Deleting a user deletes his attributes too" (docs/PROTOCOL.md § Users)
test("the deleted user is answered once more, and then the user and their attributes are gone", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  const { token } = admin;
  await admin.newUser("ada");
  await admin.newUser("bob");
  await admin.set("ada", { nickname: "Ada" });
  await admin.set("bob", { nickname: "Bob" });
  const { entities } = (await send("GET", `${service.base}/users/ada`, { token })).body;

  const url = `${service.base}/users/ADA`;
  // Some clients send a body with DELETE (clients.md 5).
  expectAccountSuccess(await send("DELETE", url, { token, json: null }), {
    action: "delete",
    application: service.app.id,
    path: "/users",
    uri: url,
    entities,
    organization: "org",
    applicationName: "app",
  });
  expect((await admin.get("ada")).status).toBe(404);
  expect(await admin.capacity()).toBe("nickname".length + "Bob".length);
});

test("a user made again under the same name is another one, without attributes", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  const { token } = admin;
  await admin.newUser("ada");
  await admin.set("ada", { nickname: "Ada" });
  const first = (await send("DELETE", `${service.base}/users/ada`, { token })).body.entities[0];
  await admin.newUser("ada");
  const second = (await send("GET", `${service.base}/users/ada`, { token })).body.entities[0];
  expect(second.uuid).not.toBe(first.uuid);
  expect((await admin.get("ada")).body.data).toEqual({});
  expect(await admin.capacity()).toBe(0);
});
