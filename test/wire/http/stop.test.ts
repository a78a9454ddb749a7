import { expect, test } from "bun:test";
import { signIn } from "../../harness/client.ts";
import { holdWrites } from "../../harness/held-store.ts";
import { connectRaw } from "../../harness/raw.ts";
import { startTestService } from "../../harness/service.ts";
import { isPending, withhold } from "../../harness/withheld.ts";

const USER = "/org/app/metadata/user/ada";
const BODY = `ext=${"x".repeat(500_000)}`;

// Bun itself waits, until the deadline, for a connection whose last request has an unread body.
for (const [what, method, path] of [
  ["without a token", "PUT", USER],
  ["to an unknown path", "PUT", "/nowhere"],
  ["with a wrong method", "POST", USER],
  ["that read no body", "DELETE", USER],
] as const) {
  test(`a large request ${what} does not delay the stop of the service`, async () => {
    const service = await startTestService();
    await using connection = await connectRaw(service.origin);
    await connection.call(method, path, { body: BODY });
    const from = performance.now();
    await service[Symbol.asyncDispose]();
    expect(performance.now() - from).toBeLessThan(3000);
  });
}

test("a request that was answered before its body had come does not delay the stop of the service", async () => {
  const service = await startTestService();
  await using connection = await withhold(service.origin, { method: "PUT", path: USER, announced: 500_000, sent: "x" });
  expect((await connection.answer()).status).toBe(401);
  const from = performance.now();
  await service[Symbol.asyncDispose]();
  expect(performance.now() - from).toBeLessThan(3000);
});

test("a set whose body is still arriving is finished before the service stops", async () => {
  const service = await startTestService();
  const admin = await signIn(service);
  await admin.newUser("ada");
  const { token } = admin;
  await using connection = await withhold(service.origin, {
    method: "PUT",
    path: USER,
    token,
    announced: 12,
    sent: "nick",
  });
  const answer = connection.answer();
  expect(await isPending(service.origin, answer)).toBe(true);
  const stopped = service[Symbol.asyncDispose]();
  await Bun.sleep(500);
  connection.write("name=Ada");
  expect((await answer).status).toBe(200);
  await stopped;
});

test("a set under way is finished before the service stops", async () => {
  const held = holdWrites();
  const service = await startTestService({ gate: held.gate });
  const admin = await signIn(service);
  await admin.newUser("ada");
  held.hold();
  const set = admin.set("ada", { nickname: "Ada" });
  await held.waiting(1);
  const stopped = service[Symbol.asyncDispose]();
  held.release();
  expect((await set).status).toBe(200);
  await stopped;
});
