import { badToken } from "../core/refusals.ts";

/** How far the issuer's clock may be ahead of ours. It does not extend the lifetime of a token. */
export const CLOCK_SKEW_MS = 60_000;

/** Refuses with `token_expired` a token that is issued in the future or has expired. Times in ms since 1970. */
export function checkValidity({ issued, expires }: { issued: number; expires: number }, now: number): void {
  if (issued > now + CLOCK_SKEW_MS) throw badToken("token_expired", "expired", "it is not valid yet");
  if (expires <= now) throw badToken("token_expired", "expired", "its lifetime is over");
}
