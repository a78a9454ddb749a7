/** As `npm run test:long` sets it where nobody else does. */
const SECONDS_IN_FULL = 20;
const SECONDS = Number(process.env.LONG_SECONDS ?? SECONDS_IN_FULL);

/** Whether the tests run as long as their figures are published for. */
export const IS_IN_FULL = SECONDS >= SECONDS_IN_FULL;

/** So many of what a run in full has `count` of; of requests, a shortened run has fewer than in proportion. */
export function sharePart(count: number, power: 1 | 2): number {
  return IS_IN_FULL ? count : Math.max(1, Math.round(count * (SECONDS / SECONDS_IN_FULL) ** power));
}
