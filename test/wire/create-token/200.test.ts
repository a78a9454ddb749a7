import { expect, test } from "bun:test";
import { decodeToken } from "../../../src/core/tokens/token-codec.ts";
import { rotateSigningKey } from "../../../src/core/tokens/tokens.ts";
import { systemClock } from "../../../src/system/clock.ts";
import { systemRandom } from "../../../src/system/random.ts";
import { send, signIn } from "../../harness/client.ts";
import { eventually } from "../../harness/eventually.ts";
import { entity } from "../../harness/expect-account.ts";
import { quickPasswords } from "../../harness/quick-passwords.ts";
import { startSecondServer } from "../../harness/second-server.ts";
import { startTestService } from "../../harness/service.ts";

const SIXTY_DAYS_SECONDS = 5_184_000;
const TOKEN = expect.stringMatching(/^YWMt[A-Za-z0-9_-]+$/);

test("client_credentials: exactly access_token, token_type, expires_in and application", async () => {
  await using service = await startTestService();
  const { clientId: client_id, clientSecret: client_secret } = service.credentials;
  const json = { grant_type: "client_credentials", client_id, client_secret };
  const answer = await send("POST", `${service.base}/token`, { json });

  expect(answer.body).toStrictEqual({
    access_token: TOKEN,
    token_type: "bearer",
    expires_in: SIXTY_DAYS_SECONDS,
    application: service.app.id,
  });
  expect(answer.status).toBe(200);
  const { access_token: token } = answer.body;
  expect((await send("GET", `${service.base}/metadata/user/capacity`, { token })).status).toBe(200);
  expect(service.faults).toEqual([]);
});

test("password: the user comes with the token, under their folded name, and no bearer is needed", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  await admin.register("ada");
  // The web SDK sends the timestamp beside the documented fields (clients.md 22).
  const json = { grant_type: "password", username: "ADA", password: "secret", timestamp: Date.now() };
  const answer = await send("POST", `${service.base}/token`, { json });

  const expected = { access_token: TOKEN, token_type: "bearer", expires_in: SIXTY_DAYS_SECONDS, user: entity("ada") };
  expect(answer.body).toEqual(expected);
  const { access_token: token } = answer.body;
  const set = await send("PUT", `${service.base}/metadata/user/ada`, { token, form: { nickname: "Ada" } });
  expect(set.status).toBe(200);
  expect((await send("PUT", `${service.base}/metadata/user/bob`, { token, form: { nickname: "Ada" } })).status).toBe(
    401,
  );
});

test("inherit: an admin gets a user's token by name; autoCreateUser makes the user, once", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  const inherit = { grant_type: "inherit", username: "Test2333", autoCreateUser: true, ttl: 1024000 };
  const ask = (json: object) => send("POST", `${service.base}/token`, { token: admin.token, json });

  const first = await ask(inherit);
  expect(first.body).toEqual({
    access_token: TOKEN,
    token_type: "bearer",
    expires_in: 1024000,
    user: entity("test2333"),
  });
  const again = await ask({ grant_type: "inherit", username: "test2333" });
  expect(again.body.user).toEqual(first.body.user);
  expect(await service.store.users(service.app.number, undefined, 10)).toHaveLength(1);
});

test("inherit: of many concurrent callers that create the same user each gets a token of the one user", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  const json = { grant_type: "inherit", username: "ada", autoCreateUser: true };
  const asks = Array.from({ length: 16 }, () => send("POST", `${service.base}/token`, { token: admin.token, json }));
  const answers = await Promise.all(asks);
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  expect(new Set(answers.map(({ body }) => body.user.uuid)).size).toBe(1);
});

test("JSON is read under any content type", async () => {
  await using service = await startTestService();
  const { clientId: client_id, clientSecret: client_secret } = service.credentials;
  const body = JSON.stringify({ grant_type: "client_credentials", client_id, client_secret });
  const types = [
    "application/json",
    "application/json, application/json",
    "application/json; charset=UTF-8",
    "application/x-www-form-urlencoded",
    "text/plain",
  ];
  for (const type of types) {
    const answer = await send("POST", `${service.base}/token`, { body, headers: { "content-type": type } });
    expect([type, answer.status]).toEqual([type, 200]);
  }
  const untyped = await send("POST", `${service.base}/token`, { body: new TextEncoder().encode(body) });
  expect(untyped.status).toBe(200);
});

test("/app-id/{app_id}/token is the same call", async () => {
  await using service = await startTestService();
  const admin = await signIn({ ...service, base: `${service.origin}/app-id/${service.app.id}` });
  expect((await send("GET", `${service.base}/users`, { token: admin.token })).status).toBe(200);
});

test("a new token leaves older ones as they are", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  const first = await admin.newUser("ada");
  const second = await admin.tokenOf("ada");
  const later = await signIn(service);
  for (const token of [first, second, admin.token, later.token]) {
    expect((await send("GET", `${service.base}/metadata/user/ada`, { token })).status).toBe(200);
  }
});

test("after the signing key is rotated new tokens carry the new key, and old ones stay good", async () => {
  await using service = await startTestService({ parts: { passwords: quickPasswords } });
  const admin = await signIn(service);
  const old = await admin.newUser("ada");
  const keyId = await rotateSigningKey({ store: service.store, random: systemRandom, clock: systemClock });

  const fresh = await eventually(async () => {
    const token = await admin.tokenOf("ada");
    expect(decodeToken(token)?.claims.keyId).toBe(keyId);
    return token;
  });
  for (const token of [old, admin.token, fresh]) {
    expect((await send("GET", `${service.base}/metadata/user/ada`, { token })).status).toBe(200);
  }
});

test("a token signed with a key that another server has just created is valid immediately", async () => {
  await using service = await startTestService({ parts: { passwords: quickPasswords } });
  const admin = await signIn(service);
  await rotateSigningKey({ store: service.store, random: systemRandom, clock: systemClock });
  await using second = await startSecondServer(service);
  const token = await (await signIn({ ...service, base: second.base })).newUser("ada");

  const get = await send("GET", `${service.base}/metadata/user/ada`, { token });
  expect([get.status, get.body.data]).toEqual([200, {}]);
  const back = await send("GET", `${second.base}/metadata/user/ada`, { token: admin.token });
  expect(back.status).toBe(200);
});
