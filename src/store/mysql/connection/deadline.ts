/** How long a call may still try. */
export class Deadline {
  readonly #startsAt = performance.now();
  readonly #timeoutMs: number;

  /** @param timeoutMs for all attempts together */
  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  get isOver(): boolean {
    return performance.now() >= this.#startsAt + this.#timeoutMs;
  }

  /** Too late to retry what the database refused: the next refusal might miss the caller's timeout. */
  get isLate(): boolean {
    return this.isOver || performance.now() >= this.#startsAt + LATE_MS;
  }

  /**
   * For a COMMIT about to be sent, and for finding out its outcome: leaves a quarter of the timeout for that, even if
   * all of it was used before. Without it, a late answer would count as an unknown outcome.
   */
  forOutcome(): Deadline {
    const leastMs = outcomeMs(this.#timeoutMs);
    const isEnough = performance.now() + leastMs <= this.#startsAt + this.#timeoutMs;
    return isEnough ? this : new Deadline(leastMs);
  }

  /** The timeout of one round trip: less than the whole, so that a failover to another host can follow. */
  get attemptMs(): number {
    const remaining = this.#startsAt + this.#timeoutMs - performance.now();
    return Math.max(1, Math.min(this.#timeoutMs / ATTEMPTS, remaining));
  }
}

/** How long to wait for the outcome of a COMMIT at least; ms. */
export function outcomeMs(timeoutMs: number): number {
  return timeoutMs * OUTCOME_PART;
}

const OUTCOME_PART = 0.25;
const ATTEMPTS = 2;
/** A lock wait takes a second at most, and a caller waits two. */
export const LATE_MS = 750;
