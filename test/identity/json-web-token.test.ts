import { expect, test } from "bun:test";
import { createHmac } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exportSPKI, importJWK } from "jose";
import { JWT_ALGORITHMS, type OidcSettings } from "../../src/core/identity-settings.ts";
import { createJwtVerifier } from "../../src/identity/json-web-token.ts";
import { createProviderKeys } from "../../src/identity/provider-keys.ts";
import { eventually } from "../harness/eventually.ts";
import { AUDIENCE, KeyServer, type SigningPair, signingPair } from "./key-server.ts";
import { refusal } from "./refusal.ts";
import { ASKER, createTestOutside } from "./test-outside.ts";

function verifierOf(server: { readonly issuer: string }, settings: Partial<OidcSettings> = {}) {
  const { clock, failures, outside } = createTestOutside();
  const oidc: OidcSettings = {
    issuer: server.issuer,
    audience: AUDIENCE,
    jwks: `${server.issuer}/jwks`,
    algorithms: ["RS256", "ES256", "EdDSA"],
    userClaim: "sub",
    adminClaim: null,
    adminScope: null,
    ...settings,
  };
  const keys = createProviderKeys(oidc, outside, clock);
  const { takes, verify } = createJwtVerifier(oidc, keys, clock);
  return { clock, failures, keys, takes, verify: (text: string, asker = ASKER) => verify(text, asker) };
}

async function providerWith(alg = "RS256"): Promise<{ server: KeyServer; pair: SigningPair }> {
  const server = new KeyServer();
  const pair = await signingPair(server.issuer, alg, "one");
  server.keys = [pair.jwk];
  return { server, pair };
}

const ADA = { kind: "user", name: "ada" } as const;
const SECOND = Math.floor(Date.now() / 1000);

for (const alg of ["RS256", "ES256", "EdDSA"]) {
  test(`${alg}: a good token is its user's, by the keys' address and by discovery`, async () => {
    const { server, pair } = await providerWith(alg);
    await using _server = server;
    for (const jwks of [`${server.issuer}/jwks`, null]) {
      const { takes, verify } = verifierOf(server, { jwks });
      const token = await pair.sign({});
      expect(takes(token)).toBe(true);
      const { bearer, issued, expires } = await verify(token);
      expect(bearer).toEqual(ADA);
      expect(expires - issued).toBe(600_000);
      expect((await verify(await pair.sign({}, { typ: "at+jwt" }))).bearer).toEqual(ADA);
    }
  });
}

test("each wrong claim is refused as what it is", async () => {
  const { server, pair } = await providerWith();
  await using _server = server;
  const { verify } = verifierOf(server);
  const cases: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
    ["token_expired", { exp: SECOND - 1 }],
    ["token_expired", { nbf: SECOND + 120 }],
    ["token_expired", { iat: SECOND + 120 }],
    ["token_unknown", { iss: "https://other.example" }],
    ["token_malformed", { iss: undefined }],
    ["token_of_other_app", { aud: "https://other.example" }],
    ["token_of_other_app", { aud: undefined }],
    ["token_malformed", { exp: undefined }],
    ["token_malformed", { exp: "soon" }],
    ["token_malformed", { iat: undefined }],
    ["token_malformed", { sub: undefined }],
    ["token_malformed", { sub: "" }],
    ["token_malformed", { sub: { name: "ada" } }],
    ["token_malformed", { sub: "a".repeat(300) }],
  ];
  for (const [code, claims] of cases) {
    expect([claims, await refusal(verify(await pair.sign(claims)))]).toEqual([claims, code]);
  }
  expect(await refusal(verify(await pair.sign({}, { typ: "logout+jwt" })))).toBe("token_unknown");
  expect((await verify(await pair.sign({ aud: ["x", AUDIENCE] }))).bearer).toEqual(ADA);
  expect((await verify(await pair.sign({ sub: 42 }))).bearer).toEqual({ kind: "user", name: "42" });
});

test("the user's claim, and what makes an admin, are the app's to choose", async () => {
  const { server, pair } = await providerWith();
  await using _server = server;
  const own = verifierOf(server, { userClaim: "preferred_username", adminClaim: "root", adminScope: "profiles:all" });
  const bearer = async (claims: Readonly<Record<string, unknown>>) =>
    (await own.verify(await pair.sign(claims))).bearer;
  expect(await bearer({ preferred_username: "Bob" })).toEqual({ kind: "user", name: "Bob" });
  expect(await bearer({ root: true })).toEqual({ kind: "admin" });
  expect(await bearer({ scope: "openid profiles:all" })).toEqual({ kind: "admin" });
  expect(await bearer({ scp: ["profiles:all"] })).toEqual({ kind: "admin" });
  for (const claims of [
    { root: false },
    { root: 1 },
    { root: "yes" },
    { scope: "profiles:al l" },
    { scp: "profiles:all" },
  ]) {
    expect(await bearer({ preferred_username: "bob", ...claims })).toEqual({ kind: "user", name: "bob" });
  }
  // Where the app names no such claim, none makes an admin.
  const none = verifierOf(server);
  const token = await pair.sign({ admin: true, root: true, null: true, scope: "null undefined" });
  expect((await none.verify(token)).bearer).toEqual(ADA);
});

test("nothing is taken without a signature, nor with one that whoever reads the keys could make", async () => {
  const { server, pair } = await providerWith();
  await using _server = server;
  const publicKey = await importJWK(pair.jwk);
  if (publicKey instanceof Uint8Array) throw new Error("not a public key");
  const pem = await exportSPKI(publicKey);
  const shared = { kty: "oct", kid: "shared", k: Buffer.from("secret").toString("base64url"), alg: "HS256" };
  server.keys = [pair.jwk, shared];
  const { verify } = verifierOf(server, { algorithms: [...JWT_ALGORITHMS] });
  const payload = (await pair.sign({})).split(".")[1] ?? "";
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const hmac = (text: string, key: string) => createHmac("sha256", key).update(text).digest("base64url");
  for (const header of [{ alg: "none" }, { alg: "NONE", kid: "one" }, { alg: "", kid: "one" }]) {
    for (const end of ["", "AAAA"]) {
      expect(await refusal(verify(`${part(header)}.${payload}.${end}`))).not.toStartWith("taken");
    }
  }
  for (const [kid, key] of [
    ["one", pem],
    ["one", JSON.stringify(pair.jwk)],
    ["shared", "secret"],
  ] as const) {
    const signed = `${part({ alg: "HS256", kid })}.${payload}`;
    expect(await refusal(verify(`${signed}.${hmac(signed, key)}`))).toBe("token_unknown");
  }
  // A key that comes with the token is anybody's.
  const stranger = await signingPair(server.issuer, "RS256", "one");
  expect(await refusal(verify(await stranger.sign({}, { jwk: stranger.jwk })))).toBe("token_unknown");
  expect(await refusal(verify(await stranger.sign({}, { jku: `${server.issuer}/other` })))).toBe("token_unknown");
});

test("an algorithm that the app does not take is refused, also with the right key", async () => {
  const { server, pair } = await providerWith("ES256");
  await using _server = server;
  const { verify } = verifierOf(server, { algorithms: ["RS256"] });
  expect(await refusal(verify(await pair.sign({})))).toBe("token_unknown");
});

test("no single bit of a token can be another", async () => {
  const { server, pair } = await providerWith("ES256");
  await using _server = server;
  const { verify } = verifierOf(server);
  const token = await pair.sign({});
  const right = `taken: ${JSON.stringify(await verify(token))}`;
  const flipped = Array.from({ length: token.length * 7 }, (_, index) => {
    const at = Math.floor(index / 7);
    return token.slice(0, at) + String.fromCharCode(token.charCodeAt(at) ^ (1 << (index % 7))) + token.slice(at + 1);
  });
  // At once: each that names a key of its own waits for the provider to be asked.
  const answers = await Promise.all(flipped.map((text) => refusal(verify(text))));
  const taken = answers.filter((answer) => answer.startsWith("taken"));
  // The last character of the signature holds bits that say nothing.
  expect(taken.length).toBeLessThanOrEqual(4);
  for (const answer of taken) expect(answer).toBe(right);
});

test("keys are asked for once, and at once for a new one, also while keys are made up", async () => {
  const { server, pair } = await providerWith();
  await using _server = server;
  const { verify } = verifierOf(server);
  const tokens = await Promise.all(Array.from({ length: 20 }, () => pair.sign({})));
  await Promise.all(tokens.map((token) => verify(token)));
  expect(server.asked).toBe(1);
  const next = await signingPair(server.issuer, "RS256", "two");
  server.keys = [pair.jwk, next.jwk];
  expect((await verify(await next.sign({}))).bearer).toEqual(ADA);
  expect(server.asked).toBe(2);
  const madeUp = await Promise.all(Array.from({ length: 50 }, (_, made) => pair.sign({}, { kid: `made up ${made}` })));
  const answers = Promise.all(madeUp.map((token) => refusal(verify(token))));
  const last = await signingPair(server.issuer, "RS256", "three");
  server.keys = [pair.jwk, next.jwk, last.jwk];
  const from = performance.now();
  expect((await verify(await last.sign({}))).bearer).toEqual(ADA);
  expect(new Set(await answers)).toEqual(new Set(["token_unknown"]));
  // A busy machine apart it is one second, and one call for all.
  const tookMs = performance.now() - from;
  expect(tookMs).toBeLessThan(5000);
  expect(server.asked).toBeLessThanOrEqual(2 + Math.ceil(tookMs / 1000));
});

test("a token of a key that was published while its keys were being fetched is not refused for that", async () => {
  const { server, pair } = await providerWith();
  await using _server = server;
  const { clock, verify } = verifierOf(server);
  await verify(await pair.sign({}));
  const next = await signingPair(server.issuer, "RS256", "two");
  const fetching = Promise.withResolvers<void>();
  const answering = Promise.withResolvers<Response>();
  server.answer = () => {
    fetching.resolve();
    return answering.promise;
  };
  clock.advance(1000);
  const early = refusal(verify(await pair.sign({}, { kid: "made up" })));
  await fetching.promise;
  // What is on its way does not know the key; the token came later.
  const late = verify(await next.sign({}));
  server.answer = undefined;
  server.keys = [pair.jwk, next.jwk];
  answering.resolve(Response.json({ keys: [pair.jwk] }));
  expect(await early).toBe("token_unknown");
  expect((await late).bearer).toEqual(ADA);
});

test("an address that makes keys up is held to one a second; keys that exist are taken from it all the while", async () => {
  const { server, pair } = await providerWith();
  await using _server = server;
  const { clock, verify } = verifierOf(server);
  await verify(await pair.sign({}));
  const madeUp = async (count: number, asker = ASKER) => {
    const made = Array.from({ length: count }, () => pair.sign({}, { kid: crypto.randomUUID() }));
    return await Promise.all((await Promise.all(made)).map((token) => refusal(verify(token, asker))));
  };
  clock.advance(1000);
  const answers = await madeUp(120);
  expect(answers.filter((answer) => answer === "token_unknown")).toHaveLength(101);
  expect(answers.filter((answer) => answer === "rate_exceeded")).toHaveLength(19);
  expect(await madeUp(1, () => ({ address: "192.0.2.2" }))).toEqual(["token_unknown"]);
  const next = await signingPair(server.issuer, "RS256", "two");
  server.keys = [next.jwk];
  expect((await verify(await next.sign({}))).bearer).toEqual(ADA);
});

test("a provider that is away is asked once a second, whatever keys are made up", async () => {
  const { server, pair } = await providerWith();
  await using _server = server;
  const { verify } = verifierOf(server);
  await verify(await pair.sign({}));
  server.answer = () => new Response("down", { status: 500 });
  const before = server.asked;
  const from = performance.now();
  const answers = new Set<string>();
  while (performance.now() - from < 2500) {
    const made = await Promise.all(Array.from({ length: 20 }, () => pair.sign({}, { kid: crypto.randomUUID() })));
    for (const answer of await Promise.all(made.map((token) => refusal(verify(token))))) answers.add(answer);
  }
  expect(answers).toEqual(new Set(["busy"]));
  expect(server.asked - before).toBeLessThanOrEqual(Math.ceil((performance.now() - from) / 1000));
  expect((await verify(await pair.sign({}))).bearer).toEqual(ADA);
});

test("old keys are asked for anew behind the caller's back, and what the provider has taken out is refused", async () => {
  const { server, pair } = await providerWith();
  await using _server = server;
  const { clock, verify } = verifierOf(server);
  await verify(await pair.sign({}));
  const next = await signingPair(server.issuer, "RS256", "two");
  server.keys = [next.jwk];
  clock.advance(600_000);
  const { exp, iat } = { exp: SECOND + 3600, iat: SECOND };
  expect((await verify(await pair.sign({ exp, iat }))).bearer).toEqual(ADA);
  await eventually(
    async () => expect(await refusal(verify(await pair.sign({ exp, iat })))).toBe("token_unknown"),
    2000,
  );
});

test("a provider that cannot be reached locks out nobody whose key is known", async () => {
  const { server, pair } = await providerWith();
  const { issuer } = server;
  const port = Number(new URL(issuer).port);
  const { clock, failures, keys, verify } = verifierOf(server);
  await verify(await pair.sign({}));
  await server.stop();
  for (const ms of [0, 600_000, 600_000]) {
    clock.advance(ms);
    keys.reread();
    expect((await verify(await pair.sign({ exp: SECOND + 7200 }))).bearer).toEqual(ADA);
  }
  await eventually(async () => expect(failures).toHaveLength(1), 2000);
  // Nobody can tell whose a new key is: not refused for good, and not let in.
  const next = await signingPair(issuer, "RS256", "two");
  clock.advance(10_000);
  expect(await refusal(verify(await next.sign({ exp: SECOND + 7200 })))).toBe("busy");
  await using back = new KeyServer(port);
  back.keys = [pair.jwk, next.jwk];
  clock.advance(10_000);
  expect((await verify(await next.sign({ exp: SECOND + 7200 }))).bearer).toEqual(ADA);
});

test("without any keys a token is answered 503, within two seconds, and taken once they are there", async () => {
  const { server, pair } = await providerWith();
  await using _server = server;
  const answers: readonly (() => Response)[] = [
    () => new Response("<html>", { status: 200 }),
    () => new Response("{}", { status: 500 }),
    () => Response.json({ keys: "none" }),
    () => Response.redirect(`${server.issuer}/elsewhere`),
    () => new Response("x".repeat(300_000)),
  ];
  const { clock, failures, verify } = verifierOf(server);
  for (const answer of answers) {
    server.answer = answer;
    clock.advance(1000);
    expect(await refusal(verify(await pair.sign({})))).toBe("busy");
  }
  expect(failures).toHaveLength(1);
  server.answer = undefined;
  clock.advance(1000);
  expect((await verify(await pair.sign({}))).bearer).toEqual(ADA);
});

test("a discovery document of another issuer gives no keys", async () => {
  const { server, pair } = await providerWith();
  await using _server = server;
  const { verify } = verifierOf({ issuer: `${server.issuer}/` }, { jwks: null });
  expect(await refusal(verify(await pair.sign({ iss: `${server.issuer}/` })))).toBe("busy");
});

test("keys in a file are read again for a new one and when told, and those taken out are over then", async () => {
  const folder = mkdtempSync(join(tmpdir(), "usermeta-test-"));
  try {
    const file = join(folder, "jwks.json");
    const issuer = "https://id.example";
    const [one, two] = [await signingPair(issuer, "ES256", "one"), await signingPair(issuer, "ES256", "two")];
    writeFileSync(file, JSON.stringify({ keys: [one.jwk] }));
    const { keys, verify } = verifierOf({ issuer }, { jwks: file });
    expect((await verify(await one.sign({}))).bearer).toEqual(ADA);
    writeFileSync(file, JSON.stringify({ keys: [two.jwk] }));
    expect((await verify(await one.sign({}))).bearer).toEqual(ADA);
    expect((await verify(await two.sign({}))).bearer).toEqual(ADA);
    expect(await refusal(verify(await one.sign({})))).toBe("token_unknown");
    writeFileSync(file, JSON.stringify({ keys: [one.jwk] }));
    keys.reread();
    expect(await refusal(verify(await two.sign({})))).toBe("token_unknown");
    expect((await verify(await one.sign({}))).bearer).toEqual(ADA);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
