/** JSON Web Tokens of the team's own identity provider (RFC 7519), verified by its public keys. */
import { errors, type JWTPayload, jwtVerify } from "jose";
import type { OidcSettings } from "../core/identity-settings.ts";
import type { Clock } from "../core/ports.ts";
import { Refusal } from "../core/refusals.ts";
import { type TokenVerifier, TRUSTED_TOKEN_CHARACTERS_MAX, type TrustedToken } from "../core/trusted-token.ts";
import type { ProviderKeys } from "./provider-keys.ts";
import { CLOCK_SKEW_MS, checkValidity } from "./validity.ts";

const FORM = /^eyJ[\w-]+\.[\w-]+\.[\w-]+$/;
/** An ID token says to an app who has signed in, and an access token is for an API; other kinds are neither. */
const TYPES: readonly (string | undefined)[] = [undefined, "jwt", "at+jwt", "application/at+jwt"];
const USER_CHARACTERS_MAX = 256;

export function createJwtVerifier(settings: OidcSettings, keys: ProviderKeys, clock: Clock): TokenVerifier {
  const { issuer, audience, algorithms } = settings;
  return {
    takes: (text) => text.length <= TRUSTED_TOKEN_CHARACTERS_MAX && FORM.test(text),
    async verify(text, asker) {
      try {
        const { payload, protectedHeader } = await jwtVerify(text, (header, token) => keys.find(header, token, asker), {
          issuer,
          audience,
          algorithms: [...algorithms],
          clockTolerance: CLOCK_SKEW_MS / 1000,
          currentDate: new Date(clock.now()),
          requiredClaims: ["exp"],
        });
        if (!TYPES.includes(protectedHeader.typ?.toLowerCase())) throw new Refusal({ code: "token_unknown" });
        return trusted(payload, settings, clock.now());
      } catch (error) {
        throw error instanceof errors.JOSEError ? refusalOf(error) : error;
      }
    },
  };
}

function trusted(payload: JWTPayload, settings: OidcSettings, now: number): TrustedToken {
  const { exp, iat, nbf } = payload;
  const made = iat ?? nbf;
  // Without it nobody could tell whether it was made before a revocation.
  if (exp === undefined || made === undefined) throw new Refusal({ code: "token_malformed" });
  const [issued, expires] = [Math.floor(made * 1000), Math.floor(exp * 1000)];
  checkValidity({ issued, expires }, now);
  if (isAdmin(payload, settings)) return { bearer: { kind: "admin" }, issued, expires };
  const claim = payload[settings.userClaim];
  const name = typeof claim === "number" ? String(claim) : claim;
  if (typeof name !== "string" || name === "" || name.length > USER_CHARACTERS_MAX) {
    throw new Refusal({ code: "token_malformed" });
  }
  return { bearer: { kind: "user", name }, issued, expires };
}

function isAdmin(payload: JWTPayload, { adminClaim, adminScope }: OidcSettings): boolean {
  const claim = adminClaim === null ? undefined : payload[adminClaim];
  if (claim === true || claim === "true") return true;
  return adminScope !== null && scopesOf(payload).includes(adminScope);
}

/** `scope` is a text with blanks (RFC 8693 § 4.2), `scp` a list as some providers have it. */
function scopesOf({ scope, scp }: JWTPayload): readonly unknown[] {
  if (typeof scope === "string") return scope.split(" ");
  return Array.isArray(scp) ? scp : [];
}

function refusalOf(error: errors.JOSEError): Refusal {
  if (error instanceof errors.JWTExpired) return new Refusal({ code: "token_expired" });
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === "aud") return new Refusal({ code: "token_of_other_app" });
    if (error.reason !== "check_failed") return new Refusal({ code: "token_malformed" });
    return new Refusal({ code: error.claim === "nbf" || error.claim === "iat" ? "token_expired" : "token_unknown" });
  }
  const isMalformed = error instanceof errors.JWTInvalid || error instanceof errors.JWSInvalid;
  return new Refusal({ code: isMalformed ? "token_malformed" : "token_unknown" });
}
