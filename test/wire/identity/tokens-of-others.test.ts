import { describe, expect, test } from "bun:test";
import { NO_IDENTITY } from "../../../src/core/identity-settings.ts";
import { send, signIn } from "../../harness/client.ts";
import { eventually } from "../../harness/eventually.ts";
import { expectMetadataError, expectSuccess } from "../../harness/expect-answer.ts";
import { createTestClock } from "../../harness/test-clock.ts";
import {
  APP_ID,
  appToken,
  CERTIFICATE,
  NEXT_CERTIFICATE,
  nowSeconds,
  USER_PRIVILEGE,
  unusualToken,
  userToken,
} from "../../identity/vendors/agora-tokens.ts";
import { dynamicToken } from "../../identity/vendors/dynamic-tokens.ts";
import { EVERYWHERE_MS } from "../revocation/revocations.ts";
import { providerPair, startTrustedApp } from "./trusted-app.ts";

const EXPIRED = "Unable to authenticate due to expired access token";
const CORRUPT = "Unable to authenticate due to corrupt access token";
const UNKNOWN = "Unable to authenticate";
const unauthorized = (text: string) => ({
  status: 401,
  error: text === EXPIRED ? "unauthorized" : "auth_bad_access_token",
  text,
  desc: "unauthorized",
});

/** One for each kind that is verified offline. */
const KINDS: readonly { readonly name: string; readonly tokenOf: (user: string) => Promise<string> }[] = [
  { name: "Agora's token", tokenOf: async (user) => userToken(user) },
  { name: "a dynamic token", tokenOf: async (user) => dynamicToken({ user }) },
  { name: "a JSON Web Token", tokenOf: async (sub) => (await providerPair).sign({ sub }) },
];

for (const { name, tokenOf } of KINDS) {
  describe(`${name} of a user`, () => {
    test("lets a user set and get their own, who is created just in time", async () => {
      await using app = await startTrustedApp();
      const { base } = app.service;
      const token = await tokenOf("Ada");
      const url = `${base}/metadata/user/ada`;
      const set = await send("PUT", url, { token, form: { nickname: "Ada" } });
      expectSuccess(set, { data: { nickname: "Ada" }, lastModified: expect.any(Number) });
      expect((await send("GET", url, { token })).body.data).toEqual({ nickname: "Ada" });
      const admin = await signIn(app.service);
      const { entities } = (await send("GET", `${base}/users/ada`, { token: admin.token })).body;
      expect(entities).toEqual([expect.objectContaining({ username: "ada", activated: true })]);
      // The user has no password, and so none that could be guessed.
      const login = { grant_type: "password", username: "ada", password: "" };
      expect((await send("POST", `${base}/token`, { json: login })).status).toBe(400);
      expect(app.service.faults).toEqual([]);
    });

    test("allows nothing that a user may not do", async () => {
      await using app = await startTrustedApp();
      const { base } = app.service;
      const token = await tokenOf("ada");
      const others = await send("PUT", `${base}/metadata/user/bob`, { token, form: { nickname: "Bob" } });
      expectMetadataError(others, { status: 401, error: "unauthorized", text: "unauthorized" });
      expect((await send("GET", `${base}/metadata/user/capacity`, { token })).status).toBe(401);
      expect((await send("GET", `${base}/users`, { token })).status).toBe(401);
    });

    test("makes no user where the app does not want that, and none of an illegal name", async () => {
      await using app = await startTrustedApp({ createOnFirstUse: false });
      const { base } = app.service;
      const refused = await send("GET", `${base}/metadata/user/ada`, { token: await tokenOf("ada") });
      expectMetadataError(refused, unauthorized(UNKNOWN));
      await app.service.setApp({ identity: app.identity });
      for (const user of ["a b", "..", "é", "x".repeat(65)]) {
        const answer = await send("GET", `${base}/metadata/user/ada`, { token: await tokenOf(user) });
        expect([user, answer.status]).toEqual([user, 401]);
      }
      const admin = await signIn(app.service);
      expect((await send("GET", `${base}/users`, { token: admin.token })).body.entities).toEqual([]);
    });

    test("ends when the user's tokens are revoked, or the user is deactivated", async () => {
      await using app = await startTrustedApp();
      const { base } = app.service;
      const admin = await signIn(app.service);
      const url = `${base}/metadata/user/ada`;
      const token = await tokenOf("ada");
      expect((await send("GET", url, { token })).status).toBe(200);
      await send("PUT", `${base}/users/ada/password`, { token: admin.token, json: { newpassword: "new" } });
      expectMetadataError(await send("GET", url, { token }), unauthorized(EXPIRED));

      const bob = await tokenOf("bob");
      expect((await send("GET", `${base}/metadata/user/bob`, { token: bob })).status).toBe(200);
      await send("POST", `${base}/users/bob/deactivate`, { token: admin.token });
      expectMetadataError(await send("GET", `${base}/metadata/user/bob`, { token: bob }), unauthorized(UNKNOWN));
    });

    test("ends where it says, however well it is known", async () => {
      const clock = createTestClock();
      await using app = await startTrustedApp({}, { parts: { clock } });
      const url = `${app.service.base}/metadata/user/ada`;
      const token = await tokenOf("ada");
      expect((await send("GET", url, { token })).status).toBe(200);
      clock.advance(590_000);
      expect((await send("GET", url, { token })).status).toBe(200);
      // The token was made by another clock, which has not stood still.
      clock.advance(30_000);
      const { status, body } = await send("GET", url, { token });
      expect([status, body.error_description]).toEqual([401, EXPIRED]);
    });

    test("is refused before its time, and when one letter of it is another", async () => {
      const clock = createTestClock();
      await using app = await startTrustedApp({}, { parts: { clock } });
      const url = `${app.service.base}/metadata/user/ada`;
      const token = await tokenOf("ada");
      clock.advance(-120_000);
      expectMetadataError(await send("GET", url, { token }), unauthorized(EXPIRED));
      clock.advance(120_000);
      for (let at = 10; at < token.length - 1; at += 17) {
        const changed = token.slice(0, at) + (token[at] === "A" ? "B" : "A") + token.slice(at + 1);
        const { status, body } = await send("GET", url, { token: changed });
        expect([at, status, typeof body.error_description]).toEqual([at, 401, "string"]);
      }
      expect((await send("GET", url, { token })).status).toBe(200);
      expect(app.service.faults).toEqual([]);
    });

    test("is refused by another app, and by an app that no longer accepts its kind", async () => {
      await using app = await startTrustedApp();
      const other = await app.service.addApp("org/other", {});
      await eventually(async () => {
        const answer = await send("GET", `${other.base}/metadata/user/ada`, { token: await tokenOf("ada") });
        expectMetadataError(answer, unauthorized(CORRUPT));
      }, EVERYWHERE_MS);
      const url = `${app.service.base}/metadata/user/ada`;
      const token = await tokenOf("ada");
      expect((await send("GET", url, { token })).status).toBe(200);
      await app.service.setApp({ identity: NO_IDENTITY });
      await eventually(async () => {
        expectMetadataError(await send("GET", url, { token }), unauthorized(CORRUPT));
      }, EVERYWHERE_MS);
    });

    test("can be exchanged for one of ours, which ends with it", async () => {
      await using app = await startTrustedApp();
      const { base } = app.service;
      const token = await tokenOf("ada");
      const { status, body } = await send("POST", `${base}/token`, { token, json: { grant_type: "agora" } });
      expect(status).toBe(200);
      expect(Object.keys(body).sort()).toEqual(["access_token", "expire_timestamp"]);
      expect(Math.abs(body.expire_timestamp - (nowSeconds() + 600) * 1000)).toBeLessThan(20_000);
      expect(body.access_token).toStartWith("YWMt");
      const mine = await send("PUT", `${base}/metadata/user/ada`, { token: body.access_token, form: { a: "1" } });
      expect(mine.status).toBe(200);
      const expiry = await send("GET", `${base}/sdk/users/ada/token/expires`, { token: body.access_token });
      expect(expiry.body.expire_timestamp).toBeLessThanOrEqual(body.expire_timestamp);
      expect(expiry.body.expire_timestamp).toBeGreaterThan(body.expire_timestamp - 2000);
    });
  });
}

test("Agora's token is also that of the user whose id it names, and never creates a user named like an id", async () => {
  await using app = await startTrustedApp();
  const { base } = app.service;
  const admin = await signIn(app.service);
  await admin.register("ada");
  const { uuid } = (await send("GET", `${base}/users/ada`, { token: admin.token })).body.entities[0];
  for (const text of [uuid, uuid.toUpperCase()]) {
    const set = await send("PUT", `${base}/metadata/user/ada`, { token: userToken(text), form: { by: text } });
    expect(set.body.data.by).toBe(text);
  }
  const gone = userToken("00000000-0000-4000-8000-000000000000");
  expectMetadataError(await send("GET", `${base}/metadata/user/ada`, { token: gone }), unauthorized(UNKNOWN));
});

test("a provider's own ids are names here, whatever they look like", async () => {
  await using app = await startTrustedApp();
  const admin = await signIn(app.service);
  await admin.register("ada");
  const { uuid } = (await send("GET", `${app.service.base}/users/ada`, { token: admin.token })).body.entities[0];
  const pair = await providerPair;
  const other = crypto.randomUUID();
  const set = async (sub: string, user: string) =>
    await send("PUT", `${app.service.base}/metadata/user/${user}`, {
      token: await pair.sign({ sub }),
      form: { a: "1" },
    });
  expect((await set(other, other)).body.data).toEqual({ a: "1" });
  // Not Ada, whose id it happens to be; nor another user, who would take Ada's Agora tokens by such a name.
  for (const user of ["ada", uuid]) expect((await set(uuid, user)).status).toBe(400);
});

test("Agora's app token is an admin's, as a bearer and exchanged", async () => {
  await using app = await startTrustedApp();
  const { base } = app.service;
  const token = appToken();
  expectSuccess(await send("GET", `${base}/metadata/user/capacity`, { token }), { data: 0 });
  const exchanged = await send("POST", `${base}/token`, { token, json: { grant_type: "agora" } });
  const { access_token: own } = exchanged.body;
  expectSuccess(await send("GET", `${base}/metadata/user/capacity`, { token: own }), { data: 0 });
});

test("a JSON Web Token with the app's scope is an admin's, unless it names a user", async () => {
  await using app = await startTrustedApp();
  const { base } = app.service;
  const pair = await providerPair;
  const [admin, user] = [
    await pair.sign({ sub: undefined, scope: "openid profiles:all" }),
    await pair.sign({ scope: "openid profiles:all" }),
  ];
  expectSuccess(await send("GET", `${base}/metadata/user/capacity`, { token: admin }), { data: 0 });
  expect((await send("GET", `${base}/metadata/user/capacity`, { token: user })).status).toBe(401);
});

test("an app is also found by its App ID at Agora, in any letters", async () => {
  await using app = await startTrustedApp();
  const token = userToken("ada");
  for (const id of [APP_ID, APP_ID.toLowerCase(), app.service.app.id]) {
    const url = `${app.service.origin}/app-id/${id}/metadata/user/ada`;
    expect((await send("PUT", url, { token, form: { by: id } })).body.data).toEqual({ by: id });
  }
});

test("an exchange without a token, or with one of no such kind, is refused", async () => {
  await using app = await startTrustedApp();
  const { base } = app.service;
  const exchange = (token?: string) => send("POST", `${base}/token`, { token, json: { grant_type: "agora" } });
  for (const token of [undefined, "x", (await signIn(app.service)).token, unusualToken({})]) {
    const { status, body } = await exchange(token);
    expect([status, typeof body.error_description]).toEqual([401, "string"]);
  }
});

test("a rotated certificate holds when the files are read again, and the old one no longer", async () => {
  await using app = await startTrustedApp();
  const url = `${app.service.base}/metadata/user/ada`;
  const [old, next] = [userToken("ada"), userToken("ada", 600, NEXT_CERTIFICATE)];
  const statuses = async () => [
    (await send("GET", url, { token: old })).status,
    (await send("GET", url, { token: next })).status,
  ];
  expect(await statuses()).toEqual([200, 401]);
  await app.writeCertificates(CERTIFICATE, NEXT_CERTIFICATE);
  expect(await statuses()).toEqual([200, 401]);
  app.service.reread();
  await eventually(async () => expect(await statuses()).toEqual([200, 200]), EVERYWHERE_MS);
  await app.writeCertificates(NEXT_CERTIFICATE);
  app.service.reread();
  await eventually(async () => expect(await statuses()).toEqual([401, 200]), EVERYWHERE_MS);
});

test("a file that cannot be read is a 503 in the documented shape, and an event; own tokens go on", async () => {
  await using app = await startTrustedApp({ agora: { appId: APP_ID, certificateFile: "/nowhere/at/all" } });
  const answer = await send("GET", `${app.service.base}/metadata/user/ada`, { token: userToken("ada") });
  expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "1"]);
  expectMetadataError(answer, { status: 503, error: "service_unavailable", text: "Service Unavailable" });
  expect(answer.text).not.toContain("nowhere");
  expect(app.service.faults.length).toBeGreaterThan(0);
  expect(await (await signIn(app.service)).capacity()).toBe(0);
});

test("many concurrent first tokens of one user create one user, and all are accepted", async () => {
  await using app = await startTrustedApp();
  const url = `${app.service.base}/metadata/user/ada`;
  const tokens = Array.from({ length: 20 }, () =>
    unusualToken({ chats: [{ user: "ada", privileges: [[USER_PRIVILEGE, 600]] }] }),
  );
  const answers = await Promise.all(tokens.map((token) => send("GET", url, { token })));
  expect(answers.map(({ status }) => status)).toEqual(tokens.map(() => 200));
  const admin = await signIn(app.service);
  expect((await send("GET", `${app.service.base}/users`, { token: admin.token })).body.entities).toHaveLength(1);
});
