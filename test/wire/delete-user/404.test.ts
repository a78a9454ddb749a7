import { expect, test } from "bun:test";
import { send, signIn } from "../../harness/client.ts";
import { expectAccountError, USER_UNKNOWN } from "../../harness/expect-account.ts";
import { startTestService } from "../../harness/service.ts";

test("an unknown user, and a name that no user can have", async () => {
  await using service = await startTestService();
  const { token } = await signIn(service);
  for (const name of ["ghost", "adá", "ada%20", "%", "a".repeat(65)]) {
    expectAccountError(await send("DELETE", `${service.base}/users/${name}`, { token }), USER_UNKNOWN);
  }
});

test("of many concurrent deletions of one user exactly one succeeds", async () => {
  await using service = await startTestService();
  const { newUser, token } = await signIn(service);
  await newUser("ada");
  const asks = Array.from({ length: 8 }, () => send("DELETE", `${service.base}/users/ada`, { token }));
  const statuses = (await Promise.all(asks)).map(({ status }) => status);
  expect(statuses.toSorted()).toEqual([200, ...Array(7).fill(404)]);
});
