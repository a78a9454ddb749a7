import { expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { type Answer, send } from "../harness/client.ts";
import { eventually } from "../harness/eventually.ts";
import { AUDIENCE, KeyServer, type SigningPair, signingPair } from "../identity/jwt/key-server.ts";
import { HostedService, hostedToken } from "../identity/vendors/hosted-service.ts";
import { startTrustedApp, type TrustedApp } from "../wire/identity/trusted-app.ts";

const CLIENT = "198.51.100.1";
const OTHER = "203.0.113.1";
const BEHIND_PROXY = { settings: { trustedProxies: ["127.0.0.1"] } };

function getFrom(app: TrustedApp, address: string, token: string, user = "ada"): Promise<Answer> {
  const headers = { "x-forwarded-for": address };
  return send("GET", `${app.service.base}/metadata/user/${user}`, { token, headers });
}

/** Repeats `call` on many connections until it is disposed of. */
function keepSending(count: number, call: () => Promise<Answer>) {
  const statuses: number[] = [];
  let isOver = false;
  const senders = Array.from({ length: count }, async () => {
    while (!isOver) {
      const { status } = await call();
      statuses.push(status);
      // Like a client that is told to wait, but shorter.
      if (status === 429) await Bun.sleep(50);
    }
  });
  return {
    statuses,
    async [Symbol.asyncDispose]() {
      isOver = true;
      await Promise.all(senders);
    },
  };
}

test("made-up tokens whose verification takes a second each keep valid ones out neither elsewhere nor at their own address", async () => {
  await using hosted = new HostedService();
  hosted.unknownDelayMs = 1000;
  await using app = await startTrustedApp({ hosted: { url: hosted.url, cacheSeconds: 60 } }, BEHIND_PROXY);
  const from = performance.now();
  await using greedy = keepSending(40, () => getFrom(app, CLIENT, hostedToken(randomUUID())));
  expect((await getFrom(app, CLIENT, hosted.token("ada"))).status).toBe(200);
  let good = 1;
  while (performance.now() - from < 6000) {
    good += 1;
    expect((await getFrom(app, OTHER, hosted.token("ada"))).status).toBe(200);
  }
  // A hundred failures, then one a second; and those in flight by then.
  expect(hosted.asked - good).toBeLessThanOrEqual(100 + 6 + 25);
  expect(hosted.asked - good).toBeGreaterThanOrEqual(50);
  expect(greedy.statuses).toContain(429);
  expect(app.service.faults).toEqual([]);
}, 20_000);

test("a token that many clients send concurrently is verified once, and a refused one not again for a while", async () => {
  await using hosted = new HostedService();
  hosted.unknownDelayMs = 200;
  await using app = await startTrustedApp({ hosted: { url: hosted.url, cacheSeconds: 60 } }, BEHIND_PROXY);
  const askAll = async (token: string) => {
    const answers = Array.from({ length: 50 }, (_, index) => getFrom(app, `192.0.2.${index}`, token));
    return new Set((await Promise.all(answers)).map(({ status }) => status));
  };
  expect(await askAll(hosted.token("ada"))).toEqual(new Set([200]));
  expect(hosted.asked).toBe(1);
  const madeUp = hostedToken(randomUUID());
  expect(await askAll(madeUp)).toEqual(new Set([401]));
  expect(await askAll(madeUp)).toEqual(new Set([401]));
  expect(hosted.asked).toBe(2);
});

test("many valid tokens of one address that are seen for the first time are all accepted", async () => {
  await using hosted = new HostedService();
  await using app = await startTrustedApp({ hosted: { url: hosted.url, cacheSeconds: 60 } }, BEHIND_PROXY);
  const answers = Array.from({ length: 250 }, () => getFrom(app, CLIENT, hosted.token("ada")));
  expect(new Set((await Promise.all(answers)).map(({ status }) => status))).toEqual(new Set([200]));
});

test("a call that the service does not answer is 503 with Retry-After, and counts: an address cannot repeat it without limit", async () => {
  await using hosted = new HostedService();
  hosted.answer = () => new Response("down", { status: 500 });
  await using app = await startTrustedApp({ hosted: { url: hosted.url, cacheSeconds: 60 } }, BEHIND_PROXY);
  const counts = new Map<number, number>();
  const from = performance.now();
  for (let time = 0; time < 150; time++) {
    const { status, headers } = await getFrom(app, CLIENT, hostedToken(randomUUID()));
    counts.set(status, (counts.get(status) ?? 0) + 1);
    expect(headers.get("retry-after")).toBe("1");
  }
  // A hundred, then one a second.
  expect(hosted.asked).toBeGreaterThanOrEqual(101);
  expect(hosted.asked).toBeLessThanOrEqual(101 + (performance.now() - from) / 1000);
  expect(counts).toEqual(
    new Map([
      [503, hosted.asked],
      [429, 150 - hosted.asked],
    ]),
  );
  hosted.answer = undefined;
  expect((await getFrom(app, OTHER, hosted.token("ada"))).status).toBe(200);
});

/** An app that accepts the tokens of a provider whose key server belongs to the test. */
async function startProviderApp() {
  const server = new KeyServer();
  const pair = await signingPair(server.issuer, "ES256", "one");
  server.keys = [pair.jwk];
  const oidc = {
    issuer: server.issuer,
    audience: AUDIENCE,
    jwks: null,
    algorithms: ["ES256"],
    userClaim: "sub",
    userClaimMap: "none",
    adminClaim: null,
    adminScope: null,
  } as const;
  const app = await startTrustedApp({ oidc }, BEHIND_PROXY);
  const madeUp = () => pair.sign({}, { kid: randomUUID() });
  return {
    server,
    pair,
    app,
    madeUp,
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]();
      await server.stop();
    },
  };
}

/** Publishes a key and returns how long a token signed with it is refused, ms. */
async function untilTaken(app: TrustedApp, server: KeyServer, pair: SigningPair): Promise<number> {
  server.keys = [...server.keys, pair.jwk];
  const token = await pair.sign({});
  const from = performance.now();
  for (;;) {
    const { status, headers } = await getFrom(app, OTHER, token);
    if (status === 200) return performance.now() - from;
    // "Not now", and never "no".
    expect([status, headers.get("retry-after")]).toEqual([503, "1"]);
  }
}

test("a key that the provider has just published is accepted immediately, while other clients make up keys", async () => {
  await using started = await startProviderApp();
  const { server, pair, app, madeUp } = started;
  expect((await getFrom(app, OTHER, await pair.sign({}))).status).toBe(200);
  const from = performance.now();
  const before = server.asked;
  await using greedy = keepSending(30, async () => await getFrom(app, CLIENT, await madeUp()));
  for (const kid of ["two", "three", "four"]) {
    const waitMs = await untilTaken(app, server, await signingPair(server.issuer, "ES256", kid));
    // It is one second, except on a busy machine.
    expect(waitMs).toBeLessThan(5000);
  }
  expect(server.asked - before).toBeLessThanOrEqual(1 + Math.ceil((performance.now() - from) / 1000));
  const count = (wanted: number): number => greedy.statuses.filter((status) => status === wanted).length;
  await eventually(async () => {
    expect(count(401)).toBeGreaterThanOrEqual(100);
    expect(count(429)).toBeGreaterThan(0);
  }, 20_000);
  expect(new Set(greedy.statuses)).toEqual(new Set([401, 429]));
}, 60_000);

test("a key that cannot be fetched is 503 with Retry-After within a few seconds; known ones keep working", async () => {
  await using started = await startProviderApp();
  const { server, pair, app, madeUp } = started;
  expect((await getFrom(app, OTHER, await pair.sign({}))).status).toBe(200);
  const answering = Promise.withResolvers<Response>();
  server.answer = () => answering.promise;
  const from = performance.now();
  const waiting = Promise.all(
    (await Promise.all(Array.from({ length: 20 }, madeUp))).map((t) => getFrom(app, OTHER, t)),
  );
  expect((await getFrom(app, OTHER, await pair.sign({}))).status).toBe(200);
  for (const { status, headers } of await waiting) {
    expect([status, headers.get("retry-after")]).toEqual([503, "1"]);
  }
  expect(performance.now() - from).toBeLessThan(5000);
  expect(app.service.faults.length).toBeLessThanOrEqual(1);
  answering.resolve(new Response());
}, 20_000);
