export interface Clock {
  /** Milliseconds since 1970, as a whole number. */
  now(): number;
  /** Nanoseconds that never run backwards, on one scale in all threads of the process. */
  monotonicNs(): bigint;
}
