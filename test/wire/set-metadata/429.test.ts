import { expect, test } from "bun:test";
import { DIALECTS } from "../../../src/core/model.ts";
import { send, signIn } from "../../harness/client.ts";
import { eventually } from "../../harness/eventually.ts";
import { expectRateOfTwo } from "../../harness/rate-limited.ts";
import { startTestService } from "../../harness/service.ts";
import { createTestClock } from "../../harness/test-clock.ts";

// "If the return result is 429, 503 or other 5xx, it may mean that the interface has been restricted, please pause
// slightly and retry."
for (const dialect of DIALECTS) {
  test(`${dialect}: over the app's rate the call is refused, with the time to wait`, async () => {
    const clock = createTestClock();
    await using service = await startTestService({ app: { dialect, ratePerSecond: 2 }, parts: { clock } });
    const admin = await signIn(service);
    await admin.newUser("ada");
    await expectRateOfTwo(clock, () => admin.set("ada", { nickname: "Ada" }));
    expect(service.faults).toEqual([]);
  });
}

test("each kind of call has a bucket of its own, and so has each app", async () => {
  const clock = createTestClock();
  await using service = await startTestService({ app: { ratePerSecond: 1 }, parts: { clock } });
  const admin = await signIn(service);
  await admin.newUser("ada");
  const url = `${service.base}/metadata/user`;
  const { token } = admin;
  expect((await admin.set("ada", { nickname: "Ada" })).status).toBe(200);
  expect((await admin.set("ada", { nickname: "Ada" })).status).toBe(429);
  expect((await admin.get("ada")).status).toBe(200);
  expect((await send("POST", `${url}/get`, { token, json: { targets: ["ada"] } })).status).toBe(200);
  expect((await send("DELETE", `${url}/ada`, { token })).status).toBe(200);

  const other = await service.addApp("org/other", { ratePerSecond: 1 });
  const neighbour = await eventually(() => signIn(other));
  await neighbour.newUser("ada");
  expect((await neighbour.set("ada", { nickname: "Ada" })).status).toBe(200);
});

test("refused calls and bad tokens use nothing of the rate", async () => {
  const clock = createTestClock();
  await using service = await startTestService({ app: { ratePerSecond: 1 }, parts: { clock } });
  const admin = await signIn(service);
  await admin.newUser("ada");
  const url = `${service.base}/metadata/user/ada`;
  for (let count = 0; count < 5; count++) {
    expect((await send("PUT", url, { token: "nonsense", form: { nickname: "Ada" } })).status).toBe(401);
  }
  expect((await admin.set("ada", { nickname: "Ada" })).status).toBe(200);
  for (let count = 0; count < 5; count++) expect((await admin.set("ada", { nickname: "Ada" })).status).toBe(429);
  clock.advance(1000);
  expect((await admin.set("ada", { nickname: "Ada" })).status).toBe(200);
});

test("a user's calls and the admin's count together", async () => {
  const clock = createTestClock();
  await using service = await startTestService({ app: { ratePerSecond: 1 }, parts: { clock } });
  const admin = await signIn(service);
  const token = await admin.newUser("ada");
  const url = `${service.base}/metadata/user/ada`;
  expect((await send("PUT", url, { token, form: { nickname: "Ada" } })).status).toBe(200);
  expect((await admin.set("ada", { nickname: "Ada" })).status).toBe(429);
});
