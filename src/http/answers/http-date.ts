const SECOND_MS = 1000;
const DAY_SECONDS = 86_400;

/** 0 to 59, with two digits each. */
const TWO_DIGITS: readonly string[] = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, "0"));

/** The last day that was formatted; most calls are for the same day. */
let day = Number.NaN;
let dayText = "";

/**
 * An HTTP date (RFC 9110 § 5.6.7), to the second. Cached per day, because a `Date` per answer would take a twentieth of
 * the time of a get.
 * @param ms since 1970, 0 or more
 */
export function httpDate(ms: number): string {
  const seconds = Math.floor(ms / SECOND_MS);
  const ofDay = seconds % DAY_SECONDS;
  if (seconds - ofDay !== day) {
    day = seconds - ofDay;
    dayText = new Date(day * SECOND_MS).toUTCString().slice(0, -"00:00:00 GMT".length);
  }
  const minutes = Math.floor(ofDay / 60);
  return `${dayText}${twoDigits(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}:${twoDigits(ofDay % 60)} GMT`;
}

function twoDigits(number: number): string {
  return TWO_DIGITS[number] ?? "";
}
