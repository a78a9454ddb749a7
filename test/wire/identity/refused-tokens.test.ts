import { expect, test } from "bun:test";
import { generateKeyPairSync } from "node:crypto";
import { NO_IDENTITY, type OidcSettings } from "../../../src/core/identity-settings.ts";
import { DEFAULT_LIMITS } from "../../../src/core/limits.ts";
import { send, signIn } from "../../harness/client.ts";
import { eventually } from "../../harness/eventually.ts";
import { startTestService, type TestServiceOptions } from "../../harness/service.ts";
import { providerWith } from "../../identity/jwt/jwt-verifier.ts";
import { AUDIENCE } from "../../identity/jwt/key-server.ts";
import { dynamicToken } from "../../identity/vendors/dynamic-tokens.ts";
import { EVERYWHERE_MS } from "../revocation/revocations.ts";
import { startTrustedApp } from "./trusted-app.ts";

/** A service whose app takes the tokens of a provider. */
async function startWithProvider(settings: Partial<OidcSettings> = {}, options: TestServiceOptions = {}) {
  await using stack = new AsyncDisposableStack();
  const { server, pair } = await providerWith("ES256");
  stack.use(server);
  const oidc: OidcSettings = {
    issuer: server.issuer,
    audience: AUDIENCE,
    jwks: `${server.issuer}/jwks`,
    algorithms: ["ES256", "RS256"],
    userClaim: "sub",
    userClaimMap: "none",
    adminClaim: null,
    adminScope: null,
    ...settings,
  };
  const identity = { ...NO_IDENTITY, oidc };
  const service = stack.use(await startTestService({ ...options, app: { identity, ...options.app } }));
  const owned = stack.move();
  const get = async (user: string, token: string) =>
    (await send("GET", `${service.base}/metadata/user/${user}`, { token })).status;
  return { service, server, pair, identity, get, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

test("a number that names a user is that user's to the last digit", async () => {
  await using app = await startWithProvider();
  const { base } = app.service;
  const second = Math.floor(Date.now() / 1000);
  const claims = { iss: app.server.issuer, aud: AUDIENCE, iat: second, exp: second + 600 };
  const token = await app.pair.signText(`${JSON.stringify(claims).slice(0, -1)},"sub":1546130668394913793}`);
  const set = (user: string) => send("PUT", `${base}/metadata/user/${user}`, { token, form: { a: "1" } });
  expect((await set("1546130668394913793")).body.data).toEqual({ a: "1" });
  expect((await set("1546130668394913800")).status).toBe(401);
  const admin = await signIn(app.service);
  const { entities } = (await send("GET", `${base}/users`, { token: admin.token })).body;
  expect(entities.map(({ username }: { readonly username: string }) => username)).toEqual(["1546130668394913793"]);
});

test("a token may be as long as a header can be", async () => {
  await using app = await startWithProvider();
  const tokenOf = async (characters: number): Promise<string> => {
    const bare = (await app.pair.sign({ groups: "" })).length;
    return await app.pair.sign({ groups: "x".repeat(Math.ceil(((characters - bare) * 3) / 4)) });
  };
  for (const characters of [9168, 15_900]) {
    const token = await tokenOf(characters);
    expect(Math.abs(token.length - characters)).toBeLessThan(4);
    for (let time = 0; time < 2; time++) expect(await app.get("ada", token)).toBe(200);
  }
  // By the runtime, without a body.
  const headers = { authorization: `Bearer ${await tokenOf(16_500)}` };
  expect((await fetch(`${app.service.base}/metadata/user/ada`, { headers })).status).toBe(431);
});

test("a forged token of a key that can verify nothing is a 401 that counts, and the key is told of once", async () => {
  await using app = await startWithProvider();
  const short = generateKeyPairSync("rsa", { modulusLength: 1024 }).publicKey.export({ format: "jwk" });
  app.server.keys = [
    app.pair.jwk,
    { ...short, kid: "short", alg: "RS256" },
    { kty: "RSA", e: "AQAB", kid: "no n" },
    { kty: "EC", crv: "P-256", x: "AA", y: "AA", kid: "ec" },
  ];
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const forged = (kid: string, alg: string) => `${part({ alg, kid })}.${part({ sub: "ada" })}.${"A".repeat(172)}`;
  for (const [kid, alg] of [
    ["short", "RS256"],
    ["no n", "RS256"],
    ["ec", "ES256"],
    ["short", "ES256"],
  ] as const) {
    expect([kid, await app.get("ada", forged(kid, alg))]).toEqual([kid, 401]);
  }
  // Once for a key: no 500 is among them.
  const kids = app.service.faults.map((fault) => (fault as { readonly kid?: string }).kid); // as: of keyUnusable, or of none
  expect(kids).toEqual(["short", "no n", "ec"]);
  expect(app.service.refusedTokens[0]).toMatchObject({ app: "org/app", kind: "jwt", failed: "kid", more: 0 });
  expect(await app.get("ada", await app.pair.sign({}))).toBe(200);
});

test("a claim that is no username is refused, and the operator is told why without a word of the token", async () => {
  await using app = await startWithProvider();
  const token = await app.pair.sign({ sub: "ada@secret.example" });
  for (let time = 0; time < 3; time++) expect(await app.get("ada", token)).toBe(401);
  const [told, ...others] = app.service.refusedTokens;
  expect(told).toMatchObject({ app: "org/app", kind: "jwt", failed: "claim", more: 0 });
  expect(others.length).toBeLessThan(3);
  const text = JSON.stringify(app.service.refusedTokens);
  for (const part of ["secret", "ada", ...token.split(".")]) expect(text).not.toContain(part);
  // Of a token that is none of theirs nothing is told.
  const before = app.service.refusedTokens.length;
  for (const text of ["x", "YWMtAQID"]) expect(await app.get("ada", text)).toBe(401);
  expect(app.service.refusedTokens).toHaveLength(before);
});

test("a username is made of the claim where the app says how", async () => {
  await using app = await startWithProvider({ userClaimMap: "escape" });
  expect(await app.get("auth0_7c_41", await app.pair.sign({ sub: "auth0|A" }))).toBe(200);
  // No user of that name has come.
  expect(await app.get("auth0_7ca", await app.pair.sign({ sub: "auth0|A" }))).toBe(404);
  expect(await app.get("ada", await app.pair.sign({ sub: "ada" }))).toBe(200);
  expect(await app.get("ada", await app.pair.sign({ sub: "a".repeat(65) }))).toBe(401);
});

test("no username is made of a claim while the server leaves registration open for the app", async () => {
  const settings = { defaults: { limits: { ...DEFAULT_LIMITS, ratePerSecond: 0 }, registration: "open" } } as const;
  await using app = await startWithProvider({ userClaimMap: "hash" }, { settings });
  const { service, pair, identity } = app;
  // printf 'auth0|1' | sha256sum
  const own = "h-b03e5d4509cd37476db38fb76f9b5b3ca8de1e69";
  for (let time = 0; time < 3; time++) expect(await app.get(own, await pair.sign({ sub: "auth0|1" }))).toBe(401);
  expect(service.refusedTokens.map(({ detail }) => detail)[0]).toContain("while registration is open");
  expect(service.refusedTokens.length).toBeLessThan(3);
  await service.setApp({ registration: "authorised" });
  const first = await pair.sign({ sub: "auth0|1" });
  await eventually(async () => expect(await app.get(own, first)).toBe(200), EVERYWHERE_MS);
  await service.setApp({ registration: null });
  await eventually(async () => expect(await app.get(own, first)).toBe(401), EVERYWHERE_MS);
  await service.setApp({ identity: { ...identity, oidc: { ...identity.oidc, userClaimMap: "none" } } });
  await eventually(async () => expect(await app.get("ada", await pair.sign({}))).toBe(200), EVERYWHERE_MS);
});

test("a dynamic token is refused while its signed text could also be another user's", async () => {
  await using app = await startTrustedApp();
  const url = `${app.service.base}/metadata/user/ada17`;
  // A lifetime does not begin with 0, and that of the other reading begins with the time's last digits but one.
  const now = Math.floor(Date.now() / 1000);
  const time = now % 100 < 10 ? now - 10 : now;
  expect((await send("GET", url, { token: dynamicToken({ user: "ada17", time }) })).status).toBe(200);
  const admin = await signIn(app.service);
  await admin.register("ada");
  const other = dynamicToken({ user: "ada17", time, ttl: 900 });
  expect((await send("GET", url, { token: other })).status).toBe(401);
  expect(app.service.refusedTokens).toEqual([
    expect.objectContaining({ kind: "dynamic", failed: "claim", detail: expect.stringContaining("also") }),
  ]);
  // No other reading of Ada's token names a user.
  const ada = dynamicToken({ user: "ada" });
  expect((await send("GET", `${app.service.base}/metadata/user/ada`, { token: ada })).status).toBe(200);
});
