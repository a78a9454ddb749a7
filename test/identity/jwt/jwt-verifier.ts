import type { OidcSettings } from "../../../src/core/identity-settings.ts";
import { createJwtVerifier } from "../../../src/identity/jwt/json-web-token.ts";
import { createProviderKeys } from "../../../src/identity/jwt/provider-keys.ts";
import { ASKER, createTestOutside } from "../test-outside.ts";
import { AUDIENCE, KeyServer, type SigningPair, signingPair } from "./key-server.ts";

/** The verifier of an app that accepts the provider's tokens. */
export function verifierOf(server: { readonly issuer: string }, settings: Partial<OidcSettings> = {}) {
  const { clock, failures, unusable, outside } = createTestOutside();
  const oidc: OidcSettings = {
    issuer: server.issuer,
    audience: AUDIENCE,
    jwks: `${server.issuer}/jwks`,
    algorithms: ["RS256", "ES256", "EdDSA"],
    userClaim: "sub",
    userClaimMap: "none",
    adminClaim: null,
    adminScope: null,
    ...settings,
  };
  const keys = createProviderKeys(oidc, outside, clock);
  const { takes, verify } = createJwtVerifier(oidc, keys, clock);
  return { clock, failures, unusable, keys, takes, verify: (text: string, asker = ASKER) => verify(text, asker) };
}

/** A provider with one key. */
export async function providerWith(alg = "RS256"): Promise<{ server: KeyServer; pair: SigningPair }> {
  const server = new KeyServer();
  const pair = await signingPair(server.issuer, alg, "one");
  server.keys = [pair.jwk];
  return { server, pair };
}

/** The user that the tokens name. */
export const ADA = { kind: "user", name: "ada" } as const;
