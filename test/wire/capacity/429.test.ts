import { expect, test } from "bun:test";
import { DIALECTS } from "../../../src/core/model.ts";
import { send, signIn } from "../../harness/client.ts";
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
    await expectRateOfTwo(clock, () => send("GET", `${service.base}/metadata/user/capacity`, { token: admin.token }));
    expect(service.faults).toEqual([]);
  });
}

test("the two GETs share one bucket", async () => {
  const clock = createTestClock();
  await using service = await startTestService({ app: { ratePerSecond: 1 }, parts: { clock } });
  const admin = await signIn(service);
  await admin.newUser("ada");
  expect((await admin.get("ada")).status).toBe(200);
  expect((await send("GET", `${service.base}/metadata/user/capacity`, { token: admin.token })).status).toBe(429);
});
