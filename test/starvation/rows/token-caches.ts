import { importJWK, type JWK, SignJWT } from "jose";
import { NO_IDENTITY } from "../../../src/core/identity-settings.ts";
import { AUDIENCE, KeyServer, signingPair } from "../../identity/jwt/key-server.ts";
import { ask } from "../greedy/ask.ts";
import type { Pace } from "../greedy/pace.ts";
import { authorised, GET, HEALTH } from "../modest-requests.ts";
import type { Row, Surroundings, Target } from "../row.ts";

const MEGABYTE = 1_048_576;
/** The token is then about as long as tokens may be. */
const CLAIM_BYTES = 5500;
const ALGORITHM = "EdDSA";
/** The runtime's memory under any load; the tokens themselves would take several times as much. */
const GROWTH_MAX = 96 * MEGABYTE;
/** That many tokens exceed it if they are cached as text. */
const SECONDS_MIN = 3;

export const TOKEN_CACHES: readonly Row[] = [
  {
    name: "thousands of long tokens, each seen once, cost little memory and evict no other client's",
    surroundings: besideProvider,
    greedy: askWithNewTokens,
    modest: [],
    secondsMin: SECONDS_MIN,
    growthBytesMax: GROWTH_MAX,
    never: [500],
  },
];

async function besideProvider(): Promise<Surroundings> {
  const provider = new KeyServer();
  const { issuer } = provider;
  const pair = await signingPair(issuer, ALGORITHM, "known");
  provider.keys = [pair.jwk];
  const token = await pair.sign({ sub: "modest" });
  const oidc = {
    issuer,
    audience: AUDIENCE,
    jwks: `${issuer}/jwks`,
    algorithms: [ALGORITHM] as const,
    userClaim: "sub",
    userClaimMap: "none" as const,
    adminClaim: null,
    adminScope: null,
  };
  return {
    app: { identity: { ...NO_IDENTITY, oidc } },
    extra: { issuer, key: JSON.stringify(pair.privateJwk) },
    modest: [
      GET,
      HEALTH,
      {
        name: "get with a provider's token",
        request: ({ app }) => authorised(token, "GET", `${app}/metadata/user/modest`),
      },
    ],
    [Symbol.asyncDispose]: () => provider[Symbol.asyncDispose](),
  };
}

const CONNECTIONS = 8;

async function askWithNewTokens(target: Target, pace: Pace): Promise<void> {
  const key = await importJWK(JSON.parse(target.extra.key ?? "") as JWK, ALGORITHM); // as: besideProvider wrote it
  const filler = "f".repeat(CLAIM_BYTES);
  const claims = { iss: target.extra.issuer ?? "", aud: AUDIENCE, sub: "greedy", filler };
  let made = 0;
  const newToken = (): Promise<string> => {
    made += 1;
    const exp = Math.floor(Date.now() / 1000) + 600;
    const jwt = new SignJWT({ ...claims, jti: `${made}`, iat: exp - 600, exp });
    return jwt.setProtectedHeader({ alg: ALGORITHM, kid: "known" }).sign(key);
  };
  await ask(target, pace, {
    connections: CONNECTIONS,
    request: async () => authorised(await newToken(), "GET", `${target.app}/metadata/user/greedy`),
  });
}
