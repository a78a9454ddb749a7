import { test } from "bun:test";
import { DIALECTS } from "../../../src/core/model.ts";
import { send, signIn } from "../../harness/client.ts";
import { failingStore } from "../../harness/failing-store.ts";
import { startTestService } from "../../harness/service.ts";
import { expectStoreFailure } from "../../harness/store-failure.ts";

// "Returns a value of 500, which is usually a mysql error." The original shows the driver's text; we do not.
for (const dialect of DIALECTS) {
  test(`${dialect}: when the store fails the answer is a 500 that shows nothing of why`, async () => {
    const failing = failingStore();
    await using service = await startTestService({ app: { dialect }, wrap: failing.wrap });
    const admin = await signIn(service);
    await admin.newUser("ada");
    await expectStoreFailure(service, failing, () =>
      send("GET", `${service.base}/metadata/user/capacity`, { token: admin.token }),
    );
  });
}
