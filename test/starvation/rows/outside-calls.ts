import { randomUUID } from "node:crypto";
import { NO_IDENTITY } from "../../../src/core/identity-settings.ts";
import { AUDIENCE, KeyServer, signingPair } from "../../identity/jwt/key-server.ts";
import { HostedService, hostedToken } from "../../identity/vendors/hosted-service.ts";
import { ask } from "../greedy/ask.ts";
import { authorised, GET, HEALTH } from "../modest-requests.ts";
import type { ModestRequest, Row, Surroundings } from "../row.ts";

const SLOW_MS = 1000;
/** More than the failures an address may have before it is limited, and far fewer than the former thousands. */
const ASKED_MAX = 250;
/** Created before the measurement starts. */
const GOOD_TOKENS = 3000;

export const OUTSIDE_CALLS: readonly Row[] = [
  {
    name: "made-up tokens that a slow service must verify delay no valid one",
    surroundings: besideSlowService,
    greedy: (target, pace) =>
      ask(target, pace, {
        connections: 40,
        request: () => authorised(hostedToken(randomUUID()), "GET", `${target.app}/metadata/user/modest`),
      }),
    modest: [],
  },
  {
    name: "tokens signed with unknown keys delay no valid one, and the provider is asked once a second",
    surroundings: besideProvider,
    greedy: (target, pace) =>
      ask(target, pace, {
        connections: 120,
        request: (connection, count) => {
          const header = { alg: "ES256", typ: "JWT", kid: `unknown ${connection} ${count}` };
          const token = [header, { iss: target.extra.issuer, aud: AUDIENCE, sub: "modest" }]
            .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
            .join(".");
          return authorised(`${token}.${"A".repeat(86)}`, "GET", `${target.app}/metadata/user/modest`);
        },
      }),
    modest: [],
    // Each waits for the keys to be fetched once more, and then counts as a failure of the address.
    secondsMin: 4,
    refusedWith: 429,
  },
];

async function besideSlowService(): Promise<Surroundings> {
  const service = new HostedService();
  const tokens = Array.from({ length: GOOD_TOKENS }, () => service.token("modest"));
  service.unknownDelayMs = SLOW_MS;
  return {
    app: { identity: { ...NO_IDENTITY, hosted: { url: service.url, cacheSeconds: 60 } } },
    modest: [GET, HEALTH, firstSeen(tokens)],
    async check() {
      if (service.askedInVain <= ASKED_MAX) return;
      throw new Error(`the service was asked about ${service.askedInVain} made-up tokens`);
    },
    [Symbol.asyncDispose]: () => service[Symbol.asyncDispose](),
  };
}

async function besideProvider(): Promise<Surroundings> {
  const provider = new KeyServer();
  const { issuer } = provider;
  const pair = await signingPair(issuer, "ES256", "known");
  provider.keys = [pair.jwk];
  const tokens = await Promise.all(Array.from({ length: GOOD_TOKENS }, (_, n) => pair.sign({ sub: "modest", n })));
  const oidc = {
    issuer,
    audience: AUDIENCE,
    jwks: `${issuer}/jwks`,
    algorithms: ["ES256"] as const,
    userClaim: "sub",
    userClaimMap: "none" as const,
    adminClaim: null,
    adminScope: null,
  };
  let askedBefore = 0;
  return {
    app: { identity: { ...NO_IDENTITY, oidc } },
    extra: { issuer },
    modest: [GET, HEALTH, firstSeen(tokens)],
    async begin() {
      askedBefore = provider.asked;
    },
    async check({ seconds }) {
      const asked = provider.asked - askedBefore;
      // The calls before the first second, and after the last.
      if (asked > seconds + 3) throw new Error(`the provider was asked ${asked} times in ${seconds} s`);
    },
    [Symbol.asyncDispose]: () => provider[Symbol.asyncDispose](),
  };
}

function firstSeen(tokens: readonly string[]): ModestRequest {
  return {
    name: "get with a token that is seen for the first time",
    request: ({ app }, count) => authorised(tokens[count % tokens.length], "GET", `${app}/metadata/user/modest`),
  };
}
