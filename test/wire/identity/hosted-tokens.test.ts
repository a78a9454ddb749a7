import { expect, test } from "bun:test";
import { send, signIn } from "../../harness/client.ts";
import { createTestClock } from "../../harness/test-clock.ts";
import { HostedService } from "../../identity/vendors/hosted-service.ts";
import { startTrustedApp } from "./trusted-app.ts";

test("a user of the hosted service sets and gets their own, and the service is asked once in a while", async () => {
  await using hosted = new HostedService();
  const clock = createTestClock();
  await using app = await startTrustedApp({ hosted: { url: hosted.url, cacheSeconds: 60 } }, { parts: { clock } });
  const url = `${app.service.base}/metadata/user/ada`;
  const token = hosted.token("ada");
  const statuses = async (count: number) => {
    const answers = [];
    for (let time = 0; time < count; time++) answers.push((await send("GET", url, { token })).status);
    return new Set(answers);
  };
  expect((await send("PUT", url, { token, form: { nickname: "Ada" } })).body.data).toEqual({ nickname: "Ada" });
  expect(await statuses(10)).toEqual(new Set([200]));
  expect(hosted.asked).toBe(1);
  clock.advance(60_000);
  expect(await statuses(10)).toEqual(new Set([200]));
  expect(hosted.asked).toBe(2);
  // Revoked there, it is over here when it is asked again.
  hosted.revoke(token);
  clock.advance(60_000);
  expect(await statuses(3)).toEqual(new Set([401]));
  expect((await send("GET", `${app.service.base}/metadata/user/capacity`, { token })).status).toBe(401);
});

test("our own tokens begin with the same letters, and go on while the service is away", async () => {
  const hosted = new HostedService();
  const { url } = hosted;
  const token = hosted.token("ada");
  await hosted[Symbol.asyncDispose]();
  await using app = await startTrustedApp({ hosted: { url, cacheSeconds: 60 } });
  const admin = await signIn(app.service);
  expect(await admin.capacity()).toBe(0);
  expect((await send("GET", `${app.service.base}/metadata/user/ada`, { token })).status).toBe(503);
  expect(app.service.faults).toEqual([]);
});
