/** An app's rate and the demand for it, in calls per second. */
export interface Wanted {
  readonly ratePerSecond: number;
  /** Demand on this server. */
  readonly mine: number;
  /** Demand on all other servers together. */
  readonly others: number;
  /** Number of servers, including this one. */
  readonly servers: number;
}

/**
 * Minimum share, as a part of an equal share, of a server without demand while others use up the rate. With it the server
 * answers its first calls before its share has followed. All shares together exceed 1 by little.
 */
const KEPT_OF_EQUAL = 0.02;

/**
 * This server's share of the rate, above 0 and at most 1: its own demand plus an equal part of the unused rate. If total
 * demand exceeds the rate, shares are proportional to demand.
 */
export function shareOfRate({ ratePerSecond, mine, others, servers }: Wanted): number {
  const all = mine + others;
  if (all < ratePerSecond) return (mine + (ratePerSecond - all) / servers) / ratePerSecond;
  return Math.max(mine / all, KEPT_OF_EQUAL / servers);
}
