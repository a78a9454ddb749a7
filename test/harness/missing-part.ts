/**
 * Whether tests have to be skipped because the machine lacks something. Prints the reason, and throws under CI, where
 * nothing may be missing.
 *
 * @param text the missing part, and the tests that are skipped
 */
export function isLeftOut(isThere: boolean, text: string): boolean {
  if (isThere) return false;
  if (process.env.CI === "true") throw new Error(text);
  console.error(`!!! NOT TESTED: ${text}`);
  return true;
}
