import { expect, test } from "bun:test";
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "../../harness/eventually.ts";
import { failure, refusal } from "../refusal.ts";
import { ASKER } from "../test-outside.ts";
import { ADA, providerWith, verifierOf } from "./jwt-verifier.ts";
import { KeyServer, signingPair } from "./key-server.ts";

const SECOND = Math.floor(Date.now() / 1000);

test("keys are fetched once, and immediately for a new key, also while clients invent keys", async () => {
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
  // The fetch in flight does not have the key; the token came later.
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

test("old keys are fetched again in the background, and tokens of removed keys are refused", async () => {
  const { server, pair } = await providerWith();
  await using _server = server;
  const { clock, verify } = verifierOf(server);
  await verify(await pair.sign({}));
  const next = await signingPair(server.issuer, "RS256", "two");
  server.keys = [next.jwk];
  clock.step(-3_600_000);
  clock.advance(600_000);
  const { exp, iat } = { exp: SECOND + 3600, iat: SECOND - 3600 };
  expect((await verify(await pair.sign({ exp, iat }))).bearer).toEqual(ADA);
  await eventually(
    async () => expect(await refusal(verify(await pair.sign({ exp, iat })))).toBe("token_unknown"),
    2000,
  );
});

test("an unreachable provider locks out no token with a known key", async () => {
  const { server, pair } = await providerWith();
  const { issuer } = server;
  const port = Number(new URL(issuer).port);
  const { clock, failures, keys, verify } = verifierOf(server);
  await verify(await pair.sign({}));
  await server.stop();
  for (const ms of [0, 600_000, 600_000]) {
    clock.advance(ms);
    keys.reload();
    expect((await verify(await pair.sign({ exp: SECOND + 7200 }))).bearer).toEqual(ADA);
  }
  await eventually(async () => expect(failures).not.toEqual([]), 2000);
  // A new key cannot be looked up: its token is neither refused for good nor accepted.
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
  expect(failures).toHaveLength(answers.length);
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
    keys.reload();
    expect(await refusal(verify(await two.sign({})))).toBe("token_unknown");
    expect((await verify(await one.sign({}))).bearer).toEqual(ADA);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("a key that can verify nothing is told of once; a token that names it counts like one of an unknown key", async () => {
  const { server, pair } = await providerWith();
  await using _server = server;
  const short = generateKeyPairSync("rsa", { modulusLength: 1024 });
  const p256 = (await signingPair(server.issuer, "ES256", "p256")).jwk;
  const ed = (await signingPair(server.issuer, "EdDSA", "ed")).jwk;
  const { n: _, ...withoutN } = pair.jwk;
  const { alg: __, ...withoutAlg } = pair.jwk;
  const bad: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
    ["RS256", { ...short.publicKey.export({ format: "jwk" }), alg: "RS256" }],
    ["RS256", { ...short.publicKey.export({ format: "jwk" }) }],
    ["RS256", withoutN],
    ["RS256", { ...pair.jwk, n: "" }],
    ["RS256", { ...pair.jwk, n: 7 }],
    ["RS256", { ...pair.jwk, e: "!" }],
    ["RS256", { ...pair.privateJwk, alg: "RS256" }],
    ["RS256", { ...pair.jwk, key_ops: ["sign"] }],
    ["RS256", { ...pair.jwk, alg: 5 }],
    ["RS256", { ...withoutAlg, alg: "HS256" }],
    ["ES256", { ...p256, x: "AAAA" }],
    ["ES256", { ...p256, y: undefined }],
    ["ES256", { ...p256, crv: "P-384" }],
    ["ES256", { ...p256, crv: "P-384", alg: undefined }],
    ["ES256", { ...p256, crv: "secp256k1", alg: undefined }],
    ["ES256", { ...pair.jwk, alg: "ES256" }],
    ["EdDSA", { ...ed, x: "AAAA" }],
    ["EdDSA", { ...ed, x: undefined }],
    ["EdDSA", { ...ed, crv: "X25519" }],
  ];
  const named = bad.map(([alg, jwk], index) => ({ alg, jwk: { ...jwk, kid: `bad ${index}` } }));
  // Keys that are not meant for signatures are not logged.
  server.keys = [
    pair.jwk,
    ...named.map(({ jwk }) => jwk),
    { kty: "oct", k: "AAAA" },
    { ...withoutN, use: "enc" },
    null,
  ];
  const { clock, unusable, verify } = verifierOf(server);
  expect((await verify(await pair.sign({}))).bearer).toEqual(ADA);
  expect(unusable.map(({ kid }) => kid)).toEqual(named.map(({ jwk }) => jwk.kid));
  for (const { reason } of unusable) expect(reason).not.toBe("");
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  for (const { alg, jwk } of named) {
    clock.advance(1000);
    const forged = `${part({ alg, kid: jwk.kid })}.${part({ sub: "ada" })}.${"A".repeat(86)}`;
    expect([jwk, await failure(verify(forged))]).toEqual([jwk, "kid"]);
  }
  expect(unusable).toHaveLength(named.length);
  // Mended, and broken again: that is news.
  server.keys = [pair.jwk];
  clock.advance(1000);
  expect(await failure(verify(await pair.sign({}, { kid: "x" })))).toBe("kid");
  server.keys = [pair.jwk, named[0]?.jwk];
  clock.advance(1000);
  const forged = () => pair.sign({}, { kid: named[0]?.jwk.kid });
  expect(await failure(verify(await forged()))).toBe("kid");
  expect(unusable).toHaveLength(named.length + 1);
  const answers = [];
  for (let time = 0; time < 110; time++) answers.push(forged().then((token) => refusal(verify(token))));
  expect((await Promise.all(answers)).filter((answer) => answer === "rate_exceeded").length).toBeGreaterThan(0);
});

test("a token that names no key is tried with those that fit, sixteen at most", async () => {
  const server = new KeyServer();
  await using _server = server;
  const pairs = await Promise.all(Array.from({ length: 18 }, (_, at) => signingPair(server.issuer, "ES256", `k${at}`)));
  const { jwk: rsa } = await signingPair(server.issuer, "RS256", "rsa");
  server.keys = [rsa, ...pairs.map(({ jwk }) => jwk)];
  const { verify } = verifierOf(server);
  const answers = await Promise.all(
    pairs.map(async ({ sign }) => await failure(verify(await sign({}, { kid: undefined })))),
  );
  expect(answers.map((answer) => answer.startsWith("taken"))).toEqual(pairs.map((_, at) => at < 16));
  expect(answers.at(-1)).toBe("signature");
  // Nor does one of a single key have to name it.
  server.keys = [rsa, pairs[17]?.jwk];
  const { verify: verifyOne } = verifierOf(server);
  expect((await verifyOne((await pairs[17]?.sign({}, { kid: undefined })) ?? "")).bearer).toEqual(ADA);
});
