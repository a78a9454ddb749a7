/** The approximate number of events within the last `windowMs`, from two counters: this window's and the previous one's. */
export class RecentCount {
  readonly #windowMs: number;
  #beganMs = Number.NEGATIVE_INFINITY;
  #count = 0;
  #before = 0;

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  add(nowMs: number): void {
    this.#roll(nowMs);
    this.#count += 1;
  }

  /** Removes an event that was added recently. */
  remove(nowMs: number): void {
    this.#roll(nowMs);
    if (this.#count > 0) this.#count -= 1;
    else if (this.#before > 0) this.#before -= 1;
  }

  /** The previous window counts in proportion to the part of it that is still within `windowMs`. */
  value(nowMs: number): number {
    this.#roll(nowMs);
    return this.#count + this.#before * Math.max(0, 1 - (nowMs - this.#beganMs) / this.#windowMs);
  }

  #roll(nowMs: number): void {
    const elapsed = nowMs - this.#beganMs;
    if (elapsed < this.#windowMs) return;
    const isNext = elapsed < 2 * this.#windowMs;
    this.#before = isNext ? this.#count : 0;
    this.#beganMs = isNext ? this.#beganMs + this.#windowMs : nowMs;
    this.#count = 0;
  }
}
