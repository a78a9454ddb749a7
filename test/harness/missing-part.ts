/**
 * Whether tests must be left out because the machine lacks a part that they need. Says so aloud; where nothing may be
 * missing, which is under CI, it throws instead.
 *
 * @param text what is missing and what therefore stays unproven
 */
export function isLeftOut(isThere: boolean, text: string): boolean {
  if (isThere) return false;
  if (process.env.CI === "true") throw new Error(text);
  console.error(`!!! NOT TESTED: ${text}`);
  return true;
}
