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
    await expectRateOfTwo(clock, () =>
      send("POST", `${service.base}/metadata/user/get`, { token: admin.token, json: { targets: ["ada"] } }),
    );
    expect(service.faults).toEqual([]);
  });
}
