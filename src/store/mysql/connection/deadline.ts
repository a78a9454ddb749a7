/** Until when something is worth doing. */
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

  /** What the database refuses is not tried again: the next refusal might come too late for the caller. */
  get isLate(): boolean {
    return this.isOver || performance.now() >= this.#startsAt + LATE_MS;
  }

  /**
   * For a COMMIT that is to be sent now, and for finding out what became of it: a part of the timeout is left for that
   * also where all of it was needed before. Without it, what is answered late would pass for what nobody can tell.
   */
  forOutcome(): Deadline {
    const leastMs = outcomeMs(this.#timeoutMs);
    const isEnough = performance.now() + leastMs <= this.#startsAt + this.#timeoutMs;
    return isEnough ? this : new Deadline(leastMs);
  }

  /** What one way to the database and back may take: less than all, so that another host can be asked. */
  get attemptMs(): number {
    const remaining = this.#startsAt + this.#timeoutMs - performance.now();
    return Math.max(1, Math.min(this.#timeoutMs / ATTEMPTS, remaining));
  }
}

/** How long the outcome of a COMMIT is waited for at least; ms. */
export function outcomeMs(timeoutMs: number): number {
  return timeoutMs * OUTCOME_PART;
}

const OUTCOME_PART = 0.25;
const ATTEMPTS = 2;
/** A lock is waited for a second at most, and a caller two. */
export const LATE_MS = 750;
