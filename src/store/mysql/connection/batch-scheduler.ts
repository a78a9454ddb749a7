/**
 * Decides when a connection takes a batch. Work of the same turn of the event loop goes into one batch. While one
 * connection is busy, new work waits for it for up to `lingerMs` before another connection is used: the fewer queries,
 * the less each request costs.
 */
export class BatchScheduler<T> {
  readonly #idle: T[];
  readonly #lingerMs: number;
  readonly #begin: (connection: T) => Promise<void> | undefined;
  #busy = 0;
  #lastAt = Number.NEGATIVE_INFINITY;
  #immediate: ReturnType<typeof setImmediate> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param lingerMs how long new work waits for a busy connection before another is used
   * @param begin takes the batch; undefined if there is none, else a promise that resolves when the connection is free
   *   again. Must not reject
   */
  constructor(connections: readonly T[], lingerMs: number, begin: (connection: T) => Promise<void> | undefined) {
    this.#idle = [...connections];
    this.#lingerMs = lingerMs;
    this.#begin = begin;
  }

  /** Call when work has arrived. */
  schedule(): void {
    if (this.#immediate !== undefined || this.#idle.length === 0) return;
    const waitMs = this.#waitMs();
    if (waitMs > 0) this.#timer ??= setTimeout(() => this.#go(), waitMs);
    else this.#immediate = setImmediate(() => this.#go());
  }

  #waitMs(): number {
    return this.#busy === 0 ? 0 : this.#lastAt + this.#lingerMs - performance.now();
  }

  #go(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#immediate = undefined;
    while (this.#waitMs() <= 0) {
      const connection = this.#idle.pop();
      if (connection === undefined) return;
      const ended = this.#begin(connection);
      if (ended === undefined) {
        this.#idle.push(connection);
        return;
      }
      this.#busy += 1;
      this.#lastAt = performance.now();
      void ended.then(() => {
        this.#busy -= 1;
        this.#idle.push(connection);
        this.schedule();
      });
    }
    this.schedule();
  }
}
