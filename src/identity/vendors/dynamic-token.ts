/**
 * Easemob's dynamic user token (docs/IDENTITY.md), verified offline:
 *
 *     base64url( "dt-" | {"signature", "appkey", "userId", "curTime", "ttl"} as JSON )
 *     signature = hex( SHA-256( client id | appkey | user | time | ttl | client secret ) ), in seconds
 */
import { createHash, timingSafeEqual } from "node:crypto";
import { type App, appKeyParts } from "../../core/model.ts";
import type { Clock } from "../../core/ports/system/clock.ts";
import { badToken } from "../../core/refusals.ts";
import { fromBase64Url } from "../../core/tokens/base64url.ts";
import type { OfflineVerifier } from "../../core/tokens/external-token.ts";
import { JsonNumber, memberOf, readExactRecord } from "../exact-json.ts";
import { CLOCK_SKEW_MS, checkValidity } from "../validity.ts";

/** "dt-" in base64url. */
const PREFIX = "ZHQt";
const MARK = new TextEncoder().encode("dt-");
const TEXT_CHARACTERS_MAX = 2048;
/** Applies even if the token states a longer lifetime: see `isSignedBy`. */
const LIFETIME_SECONDS_MAX = 86_400;
/** Ten digits, as times have had since 2001. */
const TIME = /^[1-9]\d{9}$/;
const TTL = /^[1-9]\d{0,15}$/;
const TIME_DIGITS = 10;
/** The start of 2020, before such tokens existed: no token was ever signed with an earlier time. */
const SIGNED_SECONDS_MIN = 1_577_836_800;

export function isDynamicToken(text: string): boolean {
  return text.startsWith(PREFIX);
}

/** The fields in the form that is signed. */
interface Signed {
  readonly userId: string;
  readonly curTime: string;
  readonly ttl: string;
}

interface Content extends Signed {
  readonly signature: string;
  readonly appkey: string;
}

/** @param secrets the client secret; during rotation, the old and the new one. Rejects if they cannot be read. */
export function createDynamicVerifier(
  key: App["key"],
  clientId: string,
  secrets: () => Promise<readonly string[]>,
  clock: Clock,
): OfflineVerifier {
  const { org, name } = appKeyParts(key);
  return {
    kind: "dynamic",
    takes: isDynamicToken,
    async verify(text) {
      const content = contentOf(text);
      if (content === undefined) throw badToken("token_malformed", "format", "it is no dynamic token");
      const known = await secrets();
      if (!known.some((secret) => isSignedBy(content, clientId, secret))) {
        throw badToken("token_unknown", "signature", "no client secret of the file has signed it");
      }
      if (content.appkey.toLowerCase() !== `${org}#${name}`) {
        throw badToken("token_of_other_app", "app", "it is for another app key");
      }
      const now = clock.now();
      const issued = Number(content.curTime) * 1000;
      const expires = issued + Math.min(Number(content.ttl), LIFETIME_SECONDS_MAX) * 1000;
      checkValidity({ issued, expires }, now);
      const otherNames = otherReadings(content, now).map(({ userId }) => userId);
      const bearer = { kind: "user", name: content.userId, ...(otherNames.length > 0 && { otherNames }) } as const;
      return { bearer, issued, expires };
    },
  };
}

/** Undefined if the text does not have this format. Do not trust the content before the signature is verified. */
function contentOf(text: string): Content | undefined {
  if (text.length > TEXT_CHARACTERS_MAX) return undefined;
  const bytes = fromBase64Url(text.replace(/=+$/, ""));
  if (bytes === undefined || !MARK.every((byte, at) => bytes[at] === byte)) return undefined;
  const content = readExactRecord(bytes.subarray(MARK.length));
  if (content === undefined) return undefined;
  const signature = textIn(memberOf(content, "signature"));
  const appkey = textIn(memberOf(content, "appkey"));
  const userId = textIn(memberOf(content, "userId"));
  const curTime = digitsIn(memberOf(content, "curTime"), TIME);
  const ttl = digitsIn(memberOf(content, "ttl"), TTL);
  if (signature === undefined || appkey === undefined || userId === undefined) return undefined;
  if (curTime === undefined || ttl === undefined) return undefined;
  return { signature, appkey, userId, curTime, ttl };
}

/** A non-empty text without lone surrogates, because its UTF-8 form is signed. */
function textIn(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" && value.isWellFormed() ? value : undefined;
}

function digitsIn(value: unknown, form: RegExp): string | undefined {
  return value instanceof JsonNumber && form.test(value.source) ? value.source : undefined;
}

/**
 * Easemob signs the fields without separators. So a signature for `bob1795` at one time is also one for `bob` at another
 * time, if the digits happen to form a time and a lifetime. App key and client id are compared as a whole, times have ten
 * digits, and lifetimes are capped. `otherReadings` finds the remaining ambiguities (docs/IDENTITY.md).
 */
function isSignedBy({ signature, appkey, userId, curTime, ttl }: Content, clientId: string, secret: string): boolean {
  const right = createHash("sha256").update(`${clientId}${appkey}${userId}${curTime}${ttl}${secret}`).digest("hex");
  const given = new TextEncoder().encode(signature.toLowerCase());
  const wanted = new TextEncoder().encode(right);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

/**
 * The other users, with times up to now, that the same text could have been signed for. Without SIGNED_SECONDS_MIN the
 * token of `ada11` could always be one of `ada1`, issued in 2007.
 */
function otherReadings({ userId, curTime, ttl }: Signed, now: number): readonly Signed[] {
  const text = `${userId}${curTime}${ttl}`;
  const readings: Signed[] = [];
  for (let timeAt = 1; timeAt < text.length - TIME_DIGITS; timeAt++) {
    const ttlAt = timeAt + TIME_DIGITS;
    const read = { userId: text.slice(0, timeAt), curTime: text.slice(timeAt, ttlAt), ttl: text.slice(ttlAt) };
    const isOther = timeAt !== userId.length && TIME.test(read.curTime) && TTL.test(read.ttl);
    const signed = Number(read.curTime);
    if (isOther && signed >= SIGNED_SECONDS_MIN && signed * 1000 <= now + CLOCK_SKEW_MS) readings.push(read);
  }
  return readings;
}
