/**
 * Easemob's dynamic user token (protocol.md § 2.4), verified offline:
 *
 *     base64url( "dt-" | {"signature", "appkey", "userId", "curTime", "ttl"} as JSON )
 *     signature = hex( SHA-256( client id | appkey | user | time | ttl | client secret ) ), in seconds
 */
import { createHash, timingSafeEqual } from "node:crypto";
import { fromBase64Url } from "../core/base64url.ts";
import { type App, appKeyParts } from "../core/model.ts";
import type { Clock } from "../core/ports.ts";
import { Refusal } from "../core/refusals.ts";
import type { OfflineVerifier } from "../core/trusted-token.ts";
import { checkValidity } from "./validity.ts";

/** "dt-" in base64url. */
const PREFIX = "ZHQt";
const MARK = "dt-";
const TEXT_CHARACTERS_MAX = 2048;
/** Whatever the token says: see `isSignedBy`. */
const LIFETIME_SECONDS_MAX = 86_400;
/** Ten digits, as times have had since 2001. */
const TIME_MIN = 1_000_000_000;
const TIME_MAX = 9_999_999_999;

interface Content {
  readonly signature: string;
  readonly appkey: string;
  readonly userId: string;
  readonly curTime: number;
  readonly ttl: number;
}

/** @param secrets one, or while one is rotated both; rejects when they cannot be had */
export function createDynamicVerifier(
  key: App["key"],
  clientId: string,
  secrets: () => Promise<readonly string[]>,
  clock: Clock,
): OfflineVerifier {
  const { org, name } = appKeyParts(key);
  return {
    takes: (text) => text.startsWith(PREFIX),
    async verify(text) {
      const content = contentOf(text);
      if (content === undefined) throw new Refusal({ code: "token_malformed" });
      const known = await secrets();
      if (!known.some((secret) => isSignedBy(content, clientId, secret))) throw new Refusal({ code: "token_unknown" });
      if (content.appkey.toLowerCase() !== `${org}#${name}`) throw new Refusal({ code: "token_of_other_app" });
      const issued = content.curTime * 1000;
      const expires = issued + Math.min(content.ttl, LIFETIME_SECONDS_MAX) * 1000;
      checkValidity({ issued, expires }, clock.now());
      return { bearer: { kind: "user", name: content.userId }, issued, expires };
    },
  };
}

/** Undefined when the text has not this form. Nothing in it is to be believed before the signature is checked. */
function contentOf(text: string): Content | undefined {
  if (text.length > TEXT_CHARACTERS_MAX) return undefined;
  try {
    const bytes = fromBase64Url(text.replace(/=+$/, ""));
    if (bytes === undefined) return undefined;
    const decoded = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    if (!decoded.startsWith(MARK)) return undefined;
    const value: unknown = JSON.parse(decoded.slice(MARK.length));
    return isContent(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isContent(value: unknown): value is Content {
  if (typeof value !== "object" || value === null) return false;
  const { signature, appkey, userId, curTime, ttl } = value as Partial<Record<keyof Content, unknown>>; // as: checked below
  const areTexts = [signature, appkey, userId].every((text) => typeof text === "string" && text !== "");
  return areTexts && isWhole(curTime, TIME_MIN, TIME_MAX) && isWhole(ttl, 1, Number.MAX_SAFE_INTEGER);
}

function isWhole(value: unknown, min: number, max: number): boolean {
  return Number.isSafeInteger(value) && Number(value) >= min && Number(value) <= max;
}

/**
 * The texts stand side by side with nothing between: what is signed for `bob1795` at one time is signed for `bob` at
 * another, if the digits happen to make a time and a lifetime. Key and client id are compared as wholes, times have ten
 * digits and lifetimes an end, so that what is left is a name that goes on with the very digits with which the present
 * time begins (docs/IDENTITY.md).
 */
function isSignedBy({ signature, appkey, userId, curTime, ttl }: Content, clientId: string, secret: string): boolean {
  const right = createHash("sha256").update(`${clientId}${appkey}${userId}${curTime}${ttl}${secret}`).digest("hex");
  const given = new TextEncoder().encode(signature.toLowerCase());
  const wanted = new TextEncoder().encode(right);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
