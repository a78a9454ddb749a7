/** Until when something is worth doing. */
export class Deadline {
  readonly #endsAt: number;
  readonly #attemptMs: number;

  /** @param timeoutMs for all attempts together */
  constructor(timeoutMs: number) {
    this.#endsAt = performance.now() + timeoutMs;
    this.#attemptMs = timeoutMs / ATTEMPTS;
  }

  get isOver(): boolean {
    return performance.now() >= this.#endsAt;
  }

  /** What one way to the database and back may take: less than all, so that another host can be asked. */
  get attemptMs(): number {
    return Math.max(1, Math.min(this.#attemptMs, this.#endsAt - performance.now()));
  }
}

const ATTEMPTS = 2;
