import { expect, test } from "bun:test";
import { DEFAULT_LIMITS } from "../../../src/core/limits.ts";
import { send, signIn } from "../../harness/client.ts";
import { eventually } from "../../harness/eventually.ts";
import { entity, expectAccountSuccess } from "../../harness/expect-account.ts";
import { quickPasswords } from "../../harness/quick-passwords.ts";
import { startTestService, type TestService } from "../../harness/service.ts";

const parts = { passwords: quickPasswords };

function envelope({ app, base }: TestService, entities: readonly unknown[]): Record<string, unknown> {
  return {
    action: "post",
    application: app.id,
    path: "/users",
    uri: `${base}/users`,
    entities,
    organization: "org",
    applicationName: "app",
  };
}

test("one user: the documented envelope, and the password works", async () => {
  await using service = await startTestService();
  const { token } = await signIn(service);
  const json = { username: "user1", password: "123", nickname: "testuser" };
  const answer = await send("POST", `${service.base}/users`, { token, json });

  const body = expectAccountSuccess(answer, envelope(service, [entity("user1", { nickname: "testuser" })]));
  expect(body.entities[0].modified).toBe(body.entities[0].created);
  const login = { grant_type: "password", username: "user1", password: "123" };
  const { user } = (await send("POST", `${service.base}/token`, { json: login })).body;
  expect(user).toEqual(body.entities[0]);
});

test("the stored nickname is the one that is answered, whatever it holds", async () => {
  await using service = await startTestService();
  const { token } = await signIn(service);
  const url = `${service.base}/users`;
  const nicknames = [
    ["\\ud800", "\ufffd"],
    ["a\\udc00b", "a\ufffdb"],
    ["\\ude00\\ud83d", "\ufffd\ufffd"],
    ["\\ud83d\\ude00", "😀"],
    ["\\u0000", "\0"],
    ["\\ufeff e\\u0301 ", "\ufeff e\u0301 "],
    ["\\ud800".repeat(100), "\ufffd".repeat(100)],
  ] as const;
  for (const [index, [escaped, nickname]] of nicknames.entries()) {
    const one = `{"username":"one${index}","password":"p","nickname":"${escaped}"}`;
    const many = `[{"username":"many${index}","password":"p","nickname":"${escaped}"}]`;
    for (const body of [one, many]) {
      const { body: made } = await send("POST", url, { token, body });
      const { username } = made.entities[0];
      const { body: stored } = await send("GET", `${url}/${username}`, { token });
      expect([username, made.entities[0].nickname, stored.entities[0].nickname]).toEqual([
        username,
        nickname,
        nickname,
      ]);
    }
  }
});

test("a user without a nickname shows none, also when the SDK sends an empty one", async () => {
  await using service = await startTestService({ parts });
  const { token } = await signIn(service);
  for (const more of [{}, { nickname: "" }, { nickname: null }]) {
    const username = `user${JSON.stringify(more).length}`;
    const json = { username, password: "123", ...more };
    const answer = await send("POST", `${service.base}/users`, { token, json });
    expectAccountSuccess(answer, envelope(service, [entity(username)]));
    expect(answer.text).not.toContain("nickname");
  }
});

test("names fold to lower case and may be 64 bytes; JSON is read under any content type", async () => {
  await using service = await startTestService({ parts });
  const { token } = await signIn(service);
  const types = ["application/json, application/json", "application/x-www-form-urlencoded", "text/plain"];
  const names = ["ADA", "__proto__", `A${".-_9".repeat(15)}bcd`];
  for (const [index, username] of names.entries()) {
    const body = JSON.stringify({ username, password: "123", unknown: 1 });
    const headers = { "content-type": types[index] ?? "" };
    const answer = await send("POST", `${service.base}/users`, { token, body, headers });
    expectAccountSuccess(answer, envelope(service, [entity(username.toLowerCase())]));
  }
});

// "Batch ≤ 60, token always needed"; "Batch adds `data: []`" (docs/PROTOCOL.md § Users)
test("60 users in one call are all created, in the order sent", async () => {
  await using service = await startTestService({ parts });
  const { token } = await signIn(service);
  const json = Array.from({ length: 60 }, (_, n) => ({ username: `user${n}`, password: "123" }));
  const answer = await send("POST", `${service.base}/users`, { token, json });

  const entities = json.map(({ username }) => entity(username));
  expectAccountSuccess(answer, { ...envelope(service, entities), data: [] });
  expect(await service.store.users(service.app.number, undefined, 100)).toHaveLength(60);
});

test("of a batch those that can be created are, and the others are named with the reason", async () => {
  await using service = await startTestService({ parts });
  const { token, register } = await signIn(service);
  await register("user3");
  const password = "123";
  const json = [
    { username: "user1", password },
    { username: "User3", password },
    { username: "user2", password, nickname: "two" },
    { username: "user1", password: "another" },
    { username: "a b", password },
    { username: "a".repeat(65), password },
    { username: "user4" },
    { username: "user5", password: "x".repeat(65) },
    { username: "user6", password, nickname: "x".repeat(101) },
  ];
  const answer = await send("POST", `${service.base}/users`, { token, json });
  const failed = (username: string, registerUserFailReason: string) => ({ username, registerUserFailReason });
  expectAccountSuccess(answer, {
    ...envelope(service, [entity("user1"), entity("user2", { nickname: "two" })]),
    data: expect.arrayContaining([
      failed("user3", "the user3 already exists"),
      failed("user1", "the user1 already exists"),
      failed("a b", "username [a b] is not legal"),
      failed("a".repeat(65), "USERNAME_TOO_LONG"),
      failed("user4", "password or pin must provided"),
      failed("user5", "PASSWORD_TOO_LONG"),
      failed("user6", "NICKNAME_TOO_LONG"),
    ]),
  });
  expect(answer.body.data).toHaveLength(7);
  expect(await service.store.users(service.app.number, undefined, 100)).toHaveLength(3);
});

test("an empty batch creates no user", async () => {
  await using service = await startTestService({ parts });
  const { token } = await signIn(service);
  const answer = await send("POST", `${service.base}/users`, { token, json: [] });
  expectAccountSuccess(answer, { ...envelope(service, []), data: [] });
});

test("while registration is open any client registers one user, with or without a token", async () => {
  await using service = await startTestService({ parts, app: { registration: "open" } });
  const { newUser, token } = await signIn(service);
  const ada = await newUser("ada");
  for (const [index, bearer] of [undefined, ada, token].entries()) {
    const json = { username: `user${index}`, password: "123", nickname: "" };
    const answer = await send("POST", `${service.base}/users`, { token: bearer, json });
    expectAccountSuccess(answer, envelope(service, [entity(`user${index}`)]));
  }
});

test("registration opens and closes while the server runs, within a second", async () => {
  await using service = await startTestService({ parts });
  const register = (username: string) => send("POST", `${service.base}/users`, { json: { username, password: "123" } });
  expect((await register("ada")).status).toBe(401);
  await service.setApp({ registration: "open" });
  await eventually(async () => expect((await register("ada")).status).toBe(200), 1000);
  await service.setApp({ registration: null });
  let count = 0;
  await eventually(async () => expect((await register(`user${count++}`)).status).toBe(401), 1000);
});

test("the server's own registration mode holds for an app that has none", async () => {
  await using service = await startTestService({
    parts,
    settings: { defaults: { limits: DEFAULT_LIMITS, registration: "open" } },
  });
  const json = { username: "ada", password: "123" };
  expect((await send("POST", `${service.base}/users`, { json })).status).toBe(200);
});
