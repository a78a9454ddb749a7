import { expect, test } from "bun:test";
import { userName } from "../../../src/core/model.ts";
import { send, signIn } from "../../harness/client.ts";
import { startTestService } from "../../harness/service.ts";

// A write that bypasses the service, as another thread of it does, holds for the very next request.
test("ending all tokens elsewhere in the process holds for the next request", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  await admin.newUser("ada");
  expect((await admin.get("ada")).status).toBe(200);
  await service.store.changeApp(service.app.number, { revokeTokens: true }, Date.now());
  const answer = await admin.get("ada");
  expect(answer.status).toBe(401);
  expect(answer.body.error_description).toBe("Unable to authenticate due to expired access token");
});

test("ending a user's tokens elsewhere in the process holds for the next request", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  const token = await admin.newUser("ada");
  const read = () => send("GET", `${service.base}/metadata/user/ada`, { token });
  expect((await read()).status).toBe(200);
  const ada = userName("ada");
  if (ada === undefined) throw new Error("ada is a legal name");
  await service.store.changeUser(service.app.number, ada, { revokeTokens: true }, Date.now());
  expect((await read()).status).toBe(401);
});

test("a setting changed elsewhere in the process holds for the next request", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  expect((await admin.get("nobody")).status).toBe(404);
  await service.setApp({ dialect: "2026" });
  expect((await admin.get("nobody")).status).toBe(200);
});
