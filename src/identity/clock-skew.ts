/** So far the clock of who makes a token may be ahead of ours. */
export const CLOCK_SKEW_MS = 60_000;
