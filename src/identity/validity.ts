import { badToken } from "../core/refusals.ts";

/** So far the clock of who makes a token may be ahead of ours; it is not for a longer life. */
export const CLOCK_SKEW_MS = 60_000;

/** Refuses a token that was made in the future, or has ended. All in ms since 1970. */
export function checkValidity({ issued, expires }: { issued: number; expires: number }, now: number): void {
  if (issued > now + CLOCK_SKEW_MS) throw badToken("token_expired", "expired", "it is not valid yet");
  if (expires <= now) throw badToken("token_expired", "expired", "its lifetime is over");
}
