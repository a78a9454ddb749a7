import { expect, test } from "bun:test";
import { send, signIn } from "../../harness/client.ts";
import { expectAccountSuccess } from "../../harness/expect-account.ts";
import { startTestService } from "../../harness/service.ts";
import { createTestClock } from "../../harness/test-clock.ts";

// "SDK 4.x asks `GET /sdk/users/{u}/token/expires` in `renewToken` and reads `expire_timestamp` (ms)" (clients.md)
test("a user learns when the bearer of the call expires", async () => {
  const clock = createTestClock();
  await using service = await startTestService({ parts: { clock } });
  const admin = await signIn(service);
  const issued = clock.now();
  await admin.newUser("ada");
  const ask = async (ttl: unknown) => {
    const json = { grant_type: "inherit", username: "ada", ttl };
    const { access_token: token } = (await send("POST", `${service.base}/token`, { token: admin.token, json })).body;
    return await send("GET", `${service.base}/sdk/users/Ada/token/expires`, { token });
  };
  expectAccountSuccess(await ask(60), { expire_timestamp: issued + 60_000 });
  expectAccountSuccess(await ask(undefined), { expire_timestamp: issued + 5_184_000_000 });
  // A permanent token has the time that `expires_in` gave.
  expectAccountSuccess(await ask(0), { expire_timestamp: issued + 2_147_483_647_000 });
});

test("an admin learns it of their own token", async () => {
  const clock = createTestClock();
  await using service = await startTestService({ app: { tokenTtlSeconds: 60 }, parts: { clock } });
  const { token } = await signIn(service);
  const expires = clock.now() + 60_000;
  clock.advance(59_000);
  const answer = await send("GET", `${service.base}/sdk/users/ada/token/expires`, { token });
  expectAccountSuccess(answer, { expire_timestamp: expires });
  expect(answer.body.timestamp).toBe(clock.now());
});
