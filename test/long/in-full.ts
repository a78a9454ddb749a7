/** The default of `npm run test:long`. */
const SECONDS_IN_FULL = 20;
const SECONDS = Number(process.env.LONG_SECONDS ?? SECONDS_IN_FULL);

/** Whether the tests run at the length of the published figures. */
export const IS_IN_FULL = SECONDS >= SECONDS_IN_FULL;

/** Scales a count of a full run; a shortened run has fewer requests than in proportion. */
export function sharePart(count: number, power: 1 | 2): number {
  return IS_IN_FULL ? count : Math.max(1, Math.round(count * (SECONDS / SECONDS_IN_FULL) ** power));
}
