import { test } from "bun:test";
import { DIALECTS } from "../../../src/core/model.ts";
import { badBearers } from "../../harness/bad-bearers.ts";
import { send, signIn } from "../../harness/client.ts";
import { expectMetadataError } from "../../harness/expect-answer.ts";
import { startTestService } from "../../harness/service.ts";

// "Return value 401, only app admin has permission."
for (const dialect of DIALECTS) {
  test(`${dialect}: no user may ask, not even one called capacity`, async () => {
    await using service = await startTestService({ app: { dialect } });
    const admin = await signIn(service);
    for (const name of ["ada", "capacity"]) {
      const token = await admin.newUser(name);
      const answer = await send("GET", `${service.base}/metadata/user/capacity`, { token });
      expectMetadataError(answer, { status: 401, error: "unauthorized", text: "unauthorized" });
    }
  });

  test(`${dialect}: it needs a valid token`, async () => {
    await using service = await startTestService({ app: { dialect } });
    const admin = await signIn(service);
    for (const [, token, expected] of badBearers(admin)) {
      expectMetadataError(await send("GET", `${service.base}/metadata/user/capacity`, { token }), expected);
    }
  });
}
