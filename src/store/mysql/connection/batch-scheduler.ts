/**
 * Lets work gather before a connection takes it. What comes in within one turn of the loop goes together; and while one
 * connection is busy, what comes in waits for it rather than for another, unless it takes its time: the fewer queries
 * there are, the less each request costs.
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
   * @param lingerMs for so long one that is busy is waited for before another is used
   * @param begin takes what has gathered; undefined when that is nothing, else until the connection is free again. Must
   *   not reject
   */
  constructor(connections: readonly T[], lingerMs: number, begin: (connection: T) => Promise<void> | undefined) {
    this.#idle = [...connections];
    this.#lingerMs = lingerMs;
    this.#begin = begin;
  }

  /** To be called when work has come in. */
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
