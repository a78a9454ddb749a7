/** The first that matches is reported. */
const MISTAKES: readonly (readonly [RegExp, string])[] = [
  [/^\s*bearer(\s|$)/i, 'begins with "Bearer", which the client adds'],
  [/^\s|\s$|[^ -~]/, "contains white space or a bad character"],
];

/**
 * Checks a token before it is sent. The error's text does not contain the token.
 *
 * @param source where the token comes from, as the error names it
 * @throws TypeError that says what is wrong with the token
 */
export function checkToken(token: unknown, source: string): string {
  const mistake =
    typeof token === "string" ? MISTAKES.find(([pattern]) => pattern.test(token))?.[1] : "is missing or not a string";
  if (mistake === undefined) return token as string; // as: what is not a string has a mistake
  throw new TypeError(`${source} ${mistake}`);
}
