import { expect, test } from "bun:test";
import { createHmac } from "node:crypto";
import { exportSPKI, importJWK } from "jose";
import { JWT_ALGORITHMS } from "../../../src/core/identity-settings.ts";
import { refusal } from "../refusal.ts";
import { ADA, providerWith, verifierOf } from "./jwt-verifier.ts";
import { signingPair } from "./key-server.ts";

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

test("no token is accepted without a signature, or with one that a reader of the keys could make", async () => {
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
  // Anyone can send a key with their token.
  const otherPair = await signingPair(server.issuer, "RS256", "one");
  expect(await refusal(verify(await otherPair.sign({}, { jwk: otherPair.jwk })))).toBe("token_unknown");
  expect(await refusal(verify(await otherPair.sign({}, { jku: `${server.issuer}/other` })))).toBe("token_unknown");
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
  // All at the same time: each that names a key of its own waits for the provider's answer.
  const answers = await Promise.all(flipped.map((text) => refusal(verify(text))));
  const taken = answers.filter((answer) => answer.startsWith("taken"));
  // The last character of the signature holds bits that say nothing.
  expect(taken.length).toBeLessThanOrEqual(4);
  for (const answer of taken) expect(answer).toBe(right);
});

test("a token with a wrong header is refused, and is no fault of ours", async () => {
  const { server, pair } = await providerWith();
  await using _server = server;
  const { verify } = verifierOf(server);
  const [, payload, signature] = (await pair.sign({})).split(".");
  const headers = [
    '{"alg":"RS256","kid":1}',
    '{"alg":"RS256","kid":"one","kid":"one"}',
    '{"alg":["RS256"],"kid":"one"}',
    '{"alg":"RS256","kid":"one","typ":1}',
    '{"alg":"RS256","kid":"one","typ":"logout+jwt"}',
    '{"alg":"RS256","kid":"one","crit":["exp"],"exp":1}',
    '{"alg":"RS256","kid":"one","crit":["b64"],"b64":false}',
    '{"alg":"RS256","kid":"one","crit":"exp"}',
    '{"kid":"one"}',
    "{}",
    "[]",
    "{",
  ];
  for (const header of headers) {
    const text = `${Buffer.from(header).toString("base64url")}.${payload}.${signature}`;
    expect([header, await refusal(verify(text))]).toEqual([
      header,
      expect.stringMatching(/^token_(malformed|unknown)$/),
    ]);
  }
  for (const typ of ["logout+jwt", 1, null, ["JWT"]]) {
    expect(await refusal(verify(await pair.sign({}, { typ })))).toBe("token_unknown");
  }
});
