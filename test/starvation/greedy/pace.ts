/** A greedy client's duration and intensity, and its answers. */
export class Pace {
  readonly signal: AbortSignal;
  readonly #isLong: boolean;
  readonly #statuses = new Map<number, number>();

  constructor(signal: AbortSignal, isLong: boolean) {
    this.signal = signal;
    this.#isLong = isLong;
  }

  get isOver(): boolean {
    return this.signal.aborted;
  }

  get statuses(): Readonly<Record<number, number>> {
    return Object.fromEntries(this.#statuses);
  }

  /** The number of units: one for `npm test`, and a larger one where there is time. */
  many(short: number, long: number): number {
    return this.#isLong ? long : short;
  }

  /** @param status 0 = the connection broke before there was an answer */
  answered(status: number): void {
    this.#statuses.set(status, (this.#statuses.get(status) ?? 0) + 1);
  }

  /** Ends early when it is over. */
  async sleep(ms: number): Promise<void> {
    if (this.isOver) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    const end = (): void => resolve();
    this.signal.addEventListener("abort", end);
    await promise;
    clearTimeout(timer);
    this.signal.removeEventListener("abort", end);
  }

  /** Resolves when it is over. */
  async end(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.signal.addEventListener("abort", () => resolve());
    if (!this.isOver) await promise;
  }
}
