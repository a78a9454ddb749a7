import { expect, test } from "bun:test";
import { send, signIn } from "../../harness/client.ts";
import { expectAccountError, TOKEN_EXPIRED } from "../../harness/expect-account.ts";
import { quickPasswords } from "../../harness/quick-passwords.ts";
import { startTestService } from "../../harness/service.ts";
import { createTestClock } from "../../harness/test-clock.ts";

const LONGEST_SECONDS = 2_147_483_647;

/** The ttl requested, and the `expires_in` answered; the app's own lifetime is 777 s. */
const LIFETIMES: readonly (readonly [ttl: unknown, expiresIn: number])[] = [
  [1, 1],
  [1024000, 1024000],
  ["1024000", 1024000],
  [" 60 ", 60],
  [undefined, 777],
  [null, 777],
  [0, LONGEST_SECONDS],
  ["0", LONGEST_SECONDS],
  [LONGEST_SECONDS, LONGEST_SECONDS],
  [LONGEST_SECONDS + 1, LONGEST_SECONDS],
  ["999999999999", LONGEST_SECONDS],
];

// "ttl seconds, may be a string or a number; given ⇒ wins; absent ⇒ the app's console setting; 0 = permanent"
// (docs/PROTOCOL.md § Tokens)
test("every grant takes a ttl as a number or as text, and answers it within 32 bits", async () => {
  await using service = await startTestService({ app: { tokenTtlSeconds: 777 }, parts: { passwords: quickPasswords } });
  const admin = await signIn(service);
  await admin.register("ada");
  const grants = [
    {
      grant_type: "client_credentials",
      client_id: service.credentials.clientId,
      client_secret: service.credentials.clientSecret,
    },
    { grant_type: "password", username: "ada", password: "secret" },
    { grant_type: "inherit", username: "ada" },
  ];
  for (const grant of grants) {
    for (const [ttl, expiresIn] of LIFETIMES) {
      const answer = await send("POST", `${service.base}/token`, { token: admin.token, json: { ...grant, ttl } });
      expect([grant.grant_type, ttl, answer.body.expires_in]).toEqual([grant.grant_type, ttl, expiresIn]);
      expect(answer.text).toContain(`"expires_in":${expiresIn}`);
    }
  }
});

test("a token is good to its last millisecond and not a millisecond longer", async () => {
  const clock = createTestClock();
  await using service = await startTestService({ parts: { clock } });
  const admin = await signIn(service);
  await admin.newUser("ada");
  const json = { grant_type: "inherit", username: "ada", ttl: "60" };
  const { access_token: token } = (await send("POST", `${service.base}/token`, { token: admin.token, json })).body;
  const get = () => send("GET", `${service.base}/metadata/user/ada`, { token });

  clock.advance(59_999);
  expect((await get()).status).toBe(200);
  clock.advance(1);
  const late = await get();
  expect(late.status).toBe(401);
  expect(late.body.error_description).toBe(TOKEN_EXPIRED.text);
  expectAccountError(await send("GET", `${service.base}/users/ada`, { token }), TOKEN_EXPIRED);
});

test("a permanent token is good after a hundred years", async () => {
  const clock = createTestClock();
  await using service = await startTestService({ app: { tokenTtlSeconds: 0 }, parts: { clock } });
  const admin = await signIn(service);
  const ada = await admin.newUser("ada");
  clock.advance(100 * 366 * 86_400_000);
  for (const token of [admin.token, ada]) {
    expect((await send("GET", `${service.base}/metadata/user/ada`, { token })).status).toBe(200);
  }
});
