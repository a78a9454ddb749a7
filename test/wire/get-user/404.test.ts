import { test } from "bun:test";
import { send, signIn } from "../../harness/client.ts";
import { expectAccountError, USER_UNKNOWN } from "../../harness/expect-account.ts";
import { startTestService } from "../../harness/service.ts";

test("an unknown user, a deleted one, another app's, and a name that no user can have", async () => {
  await using service = await startTestService();
  const { newUser, token } = await signIn(service);
  await newUser("ada");
  await send("DELETE", `${service.base}/users/ada`, { token });
  for (const name of ["ghost", "ada", "adá", "ada%20", "ada%00", "%", "a%2Fb", "a".repeat(65)]) {
    expectAccountError(await send("GET", `${service.base}/users/${name}`, { token }), USER_UNKNOWN);
  }
});
