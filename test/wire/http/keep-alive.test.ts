import { expect, test } from "bun:test";
import { signIn } from "../../harness/client.ts";
import { driverError, failingStore } from "../../harness/failing-store.ts";
import { connectRaw } from "../../harness/raw.ts";
import { startTestService } from "../../harness/service.ts";

const USER = "/org/app/metadata/user/ada";

test("one connection outlives every kind of refusal, large unread bodies included", async () => {
  const failing = failingStore();
  await using service = await startTestService({ wrap: failing.wrap });
  const admin = await signIn(service);
  await admin.newUser("ada");
  const bearer = ["Authorization", `Bearer ${admin.token}`] as const;
  const json = ["Content-Type", "application/json"] as const;
  await using connection = await connectRaw(service.origin);
  const large = `ext=${"x".repeat(600_000)}`;
  const set = async () => (await connection.call("PUT", USER, { headers: [bearer], body: "nickname=Ada" })).status;

  expect((await connection.call("PUT", USER, { headers: [bearer], body: "" })).status).toBe(400);
  expect(await set()).toBe(200);
  expect((await connection.call("PUT", USER, { body: large })).status).toBe(401);
  expect(await set()).toBe(200);
  expect((await connection.call("PUT", USER, { headers: [bearer], body: large })).status).toBe(403);
  expect(await set()).toBe(200);
  expect((await connection.call("PUT", "/nowhere", { headers: [bearer], body: large })).status).toBe(404);
  expect(await set()).toBe(200);
  expect((await connection.call("POST", USER, { headers: [bearer], body: large })).status).toBe(405);
  expect(await set()).toBe(200);
  expect((await connection.call("PUT", USER, { headers: [bearer, json], body: large })).status).toBe(415);
  expect(await set()).toBe(200);
  failing.fail(driverError());
  expect((await connection.call("DELETE", USER, { headers: [bearer], body: large })).status).toBe(500);
  failing.fail(undefined);
  expect(await set()).toBe(200);
});

// Bun closes a connection on which a request comes while the one before it still waits for the store. No client in
// use sends them so; other connections must not be affected.
test("requests sent without waiting for answers cost the sender at most their connection", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  await admin.newUser("ada");
  const headers = [["Authorization", `Bearer ${admin.token}`]] as const;
  await using connection = await connectRaw(service.origin);
  for (const nickname of ["a", "b", "c"]) connection.request("PUT", USER, { headers, body: `nickname=${nickname}` });
  const first = await connection.answer().catch(() => undefined);
  if (first !== undefined) expect(first.body.data).toEqual({ nickname: "a" });
  expect((await admin.set("ada", { nickname: "later" })).status).toBeOneOf([200, 409]);
  expect((await admin.set("ada", { nickname: "last" })).status).toBe(200);
  expect(service.faults).toEqual([]);
});

test("a caller that asks for the connection to be closed has it closed", async () => {
  await using service = await startTestService();
  await using connection = await connectRaw(service.origin);
  const headers = [["Connection", "close"]] as const;
  expect((await connection.call("GET", "/-/health", { headers })).status).toBe(200);
  await expect(connection.answer()).rejects.toThrow("the connection ended");
});

test("Expect: 100-continue is answered before the body is sent", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  await admin.newUser("ada");
  await using connection = await connectRaw(service.origin);
  const headers = [
    ["Authorization", `Bearer ${admin.token}`],
    ["Expect", "100-continue"],
    ["Content-Length", "12"],
  ] as const;
  connection.request("PUT", USER, { headers });
  expect((await connection.answer({ withoutBody: true })).status).toBe(100);
  connection.write("nickname=Ada");
  expect((await connection.answer()).body.data).toEqual({ nickname: "Ada" });
});
