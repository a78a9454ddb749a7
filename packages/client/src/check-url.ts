/** The first that matches is reported. */
const MISTAKES: readonly (readonly [RegExp, string])[] = [
  [/\s|\/\/[^/]*@/, "contains white space or a password"],
  [/^(?!https?:\/\/)/i, "does not begin with https:// or http://"],
  [/[?#]/, "contains # or ?"],
  [/^\w+:\/\/[^/]*\/*[^/]*\/*$/, "does not end with /org/app"],
];

/**
 * Checks the URL of an app and removes slashes at its end. A path such as `/org/app` is correct where there is a page: the
 * browser completes it.
 *
 * @throws TypeError that says what is wrong with the URL and shows a correct one
 */
export function checkUrl(url: string): string {
  const { location } = globalThis as { location?: unknown }; // as: there is none outside of pages and their workers
  const whole = /^\/\b/.test(url) && location ? `https://a${url}` : url;
  let mistake = MISTAKES.find(([pattern]) => pattern.test(whole))?.[1];
  try {
    new URL(whole);
  } catch {
    mistake ??= "is malformed";
  }
  if (mistake === undefined) return url.replace(/\/+$/, "");
  // A password must not appear in a log.
  const shown = String(url).replace(/\/\/.*@/, "//*@");
  throw new TypeError(`createClient: url ${shown} ${mistake}, unlike https://chat.example.com/org/app`);
}
