import type { OidcSettings } from "../../core/identity-settings.ts";
import { badToken, type Refusal } from "../../core/refusals.ts";
import type { ExternalToken } from "../../core/tokens/external-token.ts";
import { JsonNumber, type JsonRecord, memberOf, namedIn } from "../exact-json.ts";
import { CLOCK_SKEW_MS, checkValidity } from "../validity.ts";
import { mappedName } from "./mapped-name.ts";

/** The end of the year 9999: a later time is probably in milliseconds. */
const SECONDS_MAX = 253_402_300_799;

/** Validates the claims of a token whose signature was verified, by the rules of docs/IDENTITY.md. */
export function tokenOfClaims(claims: JsonRecord, settings: OidcSettings, now: number): ExternalToken {
  checkIssuer(memberOf(claims, "iss"), settings.issuer);
  checkAudience(memberOf(claims, "aud"), settings.audience);
  const [exp, iat, nbf] = [timeIn(claims, "exp"), timeIn(claims, "iat"), timeIn(claims, "nbf")];
  const issued = iat ?? nbf;
  if (exp === undefined) throw malformed("it has no exp");
  // Without it the server cannot tell whether the token was issued before a revocation.
  if (issued === undefined) throw malformed("it has neither iat nor nbf");
  if (nbf !== undefined && nbf > now + CLOCK_SKEW_MS) throw badToken("token_expired", "expired", "it is not valid yet");
  checkValidity({ issued, expires: exp }, now);
  return { bearer: bearerIn(claims, settings), issued, expires: exp };
}

function checkIssuer(iss: unknown, issuer: string): void {
  if (typeof iss !== "string") throw badToken("token_malformed", "issuer", "its iss is missing, or no text");
  if (iss !== issuer) throw badToken("token_unknown", "issuer", "its iss is not --oidc-issuer");
}

function checkAudience(aud: unknown, audience: string): void {
  const all: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  const areTexts = all.every((each) => typeof each === "string");
  if (!areTexts || !all.includes(audience)) {
    throw badToken("token_of_other_app", "audience", "its aud is not, and has not among it, --oidc-audience");
  }
}

/** A time claim, in ms since 1970; undefined if missing. */
function timeIn(claims: JsonRecord, name: "exp" | "iat" | "nbf"): number | undefined {
  const claim = memberOf(claims, name);
  if (claim === undefined) return undefined;
  const seconds = claim instanceof JsonNumber ? Number(claim.source) : Number.NaN;
  if (!(seconds >= 0 && seconds <= SECONDS_MAX)) throw malformed(`its ${name} is no time in seconds since 1970`);
  return Math.floor(seconds * 1000);
}

/** A token with the user claim is a user's, even if it has the admin claim, too. */
function bearerIn(claims: JsonRecord, settings: OidcSettings): ExternalToken["bearer"] {
  const claim = memberOf(claims, settings.userClaim);
  if (claim === undefined) {
    if (isAdmin(claims, settings)) return { kind: "admin" };
    throw malformed("it has no claim of the name in --user-claim");
  }
  const named = namedIn(claim);
  if (named === undefined)
    throw malformed("the claim that names its user is neither a text nor a whole number's digits");
  const name = mappedName(named, settings.userClaimMap);
  if (name === undefined) throw malformed("no username can be made of the claim that names its user");
  return { kind: "user", name };
}

function isAdmin(claims: JsonRecord, { adminClaim, adminScope }: OidcSettings): boolean {
  if (adminClaim !== null && memberOf(claims, adminClaim) === true) return true;
  return adminScope !== null && scopesIn(claims).includes(adminScope);
}

/** `scope` is a space-separated text (RFC 8693 § 4.2); some providers use a list, `scp`. */
function scopesIn(claims: JsonRecord): readonly unknown[] {
  const [scope, scp] = [memberOf(claims, "scope"), memberOf(claims, "scp")];
  return [...(typeof scope === "string" ? scope.split(" ") : []), ...(Array.isArray(scp) ? scp : [])];
}

function malformed(detail: string): Refusal {
  return badToken("token_malformed", "claim", detail);
}
