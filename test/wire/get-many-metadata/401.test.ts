import { test } from "bun:test";
import { DIALECTS } from "../../../src/core/model.ts";
import { badBearers } from "../../harness/bad-bearers.ts";
import { send, signIn } from "../../harness/client.ts";
import { expectMetadataError } from "../../harness/expect-answer.ts";
import { startTestService } from "../../harness/service.ts";

for (const dialect of DIALECTS) {
  test(`${dialect}: without a good token nothing is read, and not even the body is looked at`, async () => {
    await using service = await startTestService({ app: { dialect } });
    const admin = await signIn(service);
    for (const [, token, expected] of badBearers(admin)) {
      const url = `${service.base}/metadata/user/get`;
      expectMetadataError(await send("POST", url, { token, json: { targets: ["ada"] } }), expected);
      expectMetadataError(await send("POST", url, { token, body: "{" }), expected);
    }
  });
}
