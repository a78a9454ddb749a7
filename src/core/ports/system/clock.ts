export interface Clock {
  /** Milliseconds since 1970, as a whole number. */
  now(): number;
  /** Nanoseconds that never run backwards and are the same in every thread of the process. */
  monotonicNs(): bigint;
}
