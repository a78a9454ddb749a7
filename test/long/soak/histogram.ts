/** Durations in buckets that are each 2 % wider than the last: exact enough for a ratio, and of bounded size. */
export class Histogram {
  readonly #counts: Float64Array;
  #total = 0;

  constructor() {
    this.#counts = new Float64Array(BUCKETS);
  }

  add(ms: number): void {
    const bucket = ms <= SMALLEST_MS ? 0 : Math.min(BUCKETS - 1, Math.ceil(Math.log(ms / SMALLEST_MS) / LOG_WIDTH));
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#total += 1;
  }

  /** The duration that this share of all is not longer than, ms; 0 when there is none. */
  quantile(share: number): number {
    let left = Math.ceil(share * this.#total);
    for (const [bucket, count] of this.#counts.entries()) {
      left -= count;
      if (left <= 0) return this.#total === 0 ? 0 : SMALLEST_MS * WIDTH ** bucket;
    }
    return 0;
  }
}

const SMALLEST_MS = 0.01;
const WIDTH = 1.02;
const LOG_WIDTH = Math.log(WIDTH);
/** Up to about five minutes. */
const BUCKETS = 870;
