/**
 * JSON Web Tokens (RFC 7519) of the team's own identity provider, verified with its public keys. docs/IDENTITY.md lists
 * the requirements for each claim.
 */
import { compactVerify, errors } from "jose";
import type { OidcSettings } from "../../core/identity-settings.ts";
import type { Clock } from "../../core/ports/system/clock.ts";
import { badToken } from "../../core/refusals.ts";
import { fromBase64Url } from "../../core/tokens/base64url.ts";
import {
  EXTERNAL_TOKEN_CHARACTERS_MAX,
  type ExternalToken,
  type TokenVerifier,
} from "../../core/tokens/external-token.ts";
import { type JsonRecord, memberOf, readExactRecord } from "../exact-json.ts";
import { tokenOfClaims } from "./jwt-claims.ts";
import type { ProviderKeys } from "./provider-keys.ts";

const FORM = /^eyJ[\w-]+\.[\w-]+\.[\w-]+$/;
/** The types of ID tokens and access tokens; other types are refused. */
const TYPES: readonly string[] = ["jwt", "at+jwt", "application/at+jwt"];

export function isJsonWebToken(text: string): boolean {
  return text.length <= EXTERNAL_TOKEN_CHARACTERS_MAX && FORM.test(text);
}

/** @param conflict why the app's settings do not allow such tokens; undefined: they do. See `settingsConflict`. */
export function createJwtVerifier(
  settings: OidcSettings,
  keys: ProviderKeys,
  clock: Clock,
  conflict?: string,
): TokenVerifier {
  return {
    kind: "jwt",
    takes: isJsonWebToken,
    async verify(text, asker): Promise<ExternalToken> {
      if (conflict !== undefined) throw badToken("token_unknown", "claim", conflict);
      const header = checkedHeader(text, settings);
      const payload = await verifiedPayload(text, await keys.find(header, asker), header.alg);
      const claims = readExactRecord(payload);
      if (claims === undefined)
        throw badToken("token_malformed", "format", "its claims are no JSON object, or one is there twice");
      return tokenOfClaims(claims, settings, clock.now());
    },
  };
}

interface CheckedHeader {
  readonly alg: string;
  readonly kid?: string;
}

function checkedHeader(text: string, { algorithms }: OidcSettings): CheckedHeader {
  const bytes = fromBase64Url(text.slice(0, text.indexOf(".")));
  const header: JsonRecord | undefined = bytes && readExactRecord(bytes);
  if (header === undefined) throw badToken("token_malformed", "format", "its header is no JSON object");
  const [alg, kid, typ] = ["alg", "kid", "typ"].map((name) => memberOf(header, name));
  if (!algorithms.some((allowed) => allowed === alg)) {
    throw badToken("token_unknown", "signature", "its algorithm is none of --oidc-algorithms");
  }
  if (typ !== undefined && (typeof typ !== "string" || !TYPES.includes(typ.toLowerCase()))) {
    throw badToken("token_unknown", "format", "its typ is neither JWT nor at+jwt");
  }
  if (kid !== undefined && typeof kid !== "string") throw badToken("token_malformed", "kid", "its kid is no text");
  return { alg: String(alg), ...(kid === undefined ? {} : { kid }) };
}

/** Tries each key: without `kid` several may fit. */
async function verifiedPayload(text: string, keys: readonly CryptoKey[], alg: string): Promise<Uint8Array> {
  for (const key of keys) {
    try {
      const { payload } = await compactVerify(text, key, { algorithms: [alg] });
      return payload;
    } catch (error) {
      if (error instanceof errors.JWSSignatureVerificationFailed) continue;
      // Any other error is the token's fault, because keys that cannot verify anything were filtered out before.
      throw badToken("token_malformed", "format", "its signature cannot be verified");
    }
  }
  throw badToken("token_unknown", "signature", "no key of the provider that fits has signed it");
}
