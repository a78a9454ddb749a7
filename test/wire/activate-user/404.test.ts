import { test } from "bun:test";
import { send, signIn } from "../../harness/client.ts";
import { expectAccountError, USER_UNKNOWN } from "../../harness/expect-account.ts";
import { startTestService } from "../../harness/service.ts";

test("an unknown user, and a name that no user can have", async () => {
  await using service = await startTestService();
  const { token } = await signIn(service);
  for (const name of ["ghost", "adá", "%"]) {
    expectAccountError(await send("POST", `${service.base}/users/${name}/activate`, { token }), USER_UNKNOWN);
  }
});
