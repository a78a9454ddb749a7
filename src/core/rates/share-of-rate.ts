/** What each server knows of an app's rate and of who wants it; all in calls a second. */
export interface Wanted {
  readonly ratePerSecond: number;
  /** Of this server. */
  readonly mine: number;
  /** Of all other servers together. */
  readonly others: number;
  /** How many servers there are, this one included. */
  readonly servers: number;
}

/**
 * The part of an equal share that a server keeps of a rate that others use up, so that what first comes to it is
 * answered before its share has followed. It is used only for that moment: all shares add up to little more than one.
 */
const KEPT_OF_EQUAL = 0.02;

/**
 * The part of the rate that is this server's, over 0, at most 1: as much as it is asked for and an equal part of what
 * nobody asks for; where all ask for more than the rate, in proportion to what they ask for.
 */
export function shareOfRate({ ratePerSecond, mine, others, servers }: Wanted): number {
  const all = mine + others;
  if (all < ratePerSecond) return (mine + (ratePerSecond - all) / servers) / ratePerSecond;
  return Math.max(mine / all, KEPT_OF_EQUAL / servers);
}
