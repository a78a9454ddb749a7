import { test } from "bun:test";
import { send, signIn } from "../../harness/client.ts";
import { eventually } from "../../harness/eventually.ts";
import { expectAccountError, NOT_PERMITTED, TOKEN_CORRUPT, TOKEN_EXPIRED } from "../../harness/expect-account.ts";
import { quickPasswords } from "../../harness/quick-passwords.ts";
import { startTestService } from "../../harness/service.ts";
import { createTestClock } from "../../harness/test-clock.ts";

/** The 4.x SDKs look for "Open registration doesn't allow" (clients.md 24). */
const CLOSED = {
  status: 401,
  error: "unauthorized",
  text: "Open registration doesn't allow, so register user need token",
};

const one = { username: "eve", password: "123" };

test("while registration is not open neither a user nor a client without a token may register, and the body is ignored", async () => {
  await using service = await startTestService({ parts: { passwords: quickPasswords } });
  const { newUser } = await signIn(service);
  const ada = await newUser("ada");
  const call = (token: string | undefined, json: unknown) => send("POST", `${service.base}/users`, { token, json });
  for (const json of [one, [one], {}, 1]) {
    expectAccountError(await call(undefined, json), CLOSED);
    expectAccountError(await call(ada, json), CLOSED);
  }
});

test("a bad token is refused although registration is open", async () => {
  const clock = createTestClock();
  await using service = await startTestService({
    app: { registration: "open", tokenTtlSeconds: 60 },
    parts: { passwords: quickPasswords, clock },
  });
  const admin = await signIn(service);
  const otherApp = await service.addApp("org/other");
  const other = await eventually(() => signIn(otherApp));
  const call = (token: string) => send("POST", `${service.base}/users`, { token, json: one });
  expectAccountError(await call("YWMtgarbage"), TOKEN_CORRUPT);
  expectAccountError(await call(other.token), TOKEN_CORRUPT);
  clock.advance(60_000);
  expectAccountError(await call(admin.token), TOKEN_EXPIRED);
});

test("open registration is for one user; a batch always needs an app token", async () => {
  await using service = await startTestService({
    app: { registration: "open" },
    parts: { passwords: quickPasswords },
  });
  const { newUser } = await signIn(service);
  for (const token of [undefined, await newUser("ada")]) {
    expectAccountError(await send("POST", `${service.base}/users`, { token, json: [one] }), NOT_PERMITTED);
  }
});
