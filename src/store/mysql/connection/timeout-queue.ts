/** A call that waits for an answer. */
export interface Waiting {
  readonly reject: (error: Error) => void;
  /** The call has an answer. */
  isDone?: boolean;
}

interface Watched<W> {
  readonly waiting: W;
  readonly endsAtMs: number;
}

/** How late a timeout may fire. */
const SWEEP_MS = 25;

/**
 * Rejects every pending call at its timeout, even if the database never answers. All calls share one timer: there are
 * thousands, and hardly one ever times out.
 */
export class TimeoutQueue<W extends Waiting> {
  readonly #errorFor: (waiting: W, nowMs: number) => Error | undefined;
  readonly #onTimeout: (rejected: ReadonlySet<W>) => void;
  #watched: Watched<W>[] = [];
  #timer: ReturnType<typeof setInterval> | undefined;

  /**
   * @param errorFor makes the error for a call that has timed out; undefined: the call is checked again soon
   * @param onTimeout called with the calls that were rejected
   */
  constructor(
    errorFor: (waiting: W, nowMs: number) => Error | undefined,
    onTimeout: (rejected: ReadonlySet<W>) => void,
  ) {
    this.#errorFor = errorFor;
    this.#onTimeout = onTimeout;
  }

  /** @param endsAtMs of `performance.now()` */
  watch(waiting: W, endsAtMs: number): void {
    this.#watched.push({ waiting, endsAtMs });
    this.#timer ??= setInterval(() => this.#sweep(), SWEEP_MS);
  }

  /** Marks a call as answered. False if it has timed out before. */
  done(waiting: W): boolean {
    if (waiting.isDone) return false;
    waiting.isDone = true;
    return true;
  }

  #sweep(): void {
    const now = performance.now();
    const rejected = new Set<W>();
    this.#watched = this.#watched.filter(({ waiting, endsAtMs }) => {
      if (waiting.isDone) return false;
      if (endsAtMs > now) return true;
      const error = this.#errorFor(waiting, now);
      if (error === undefined) return true;
      waiting.isDone = true;
      waiting.reject(error);
      rejected.add(waiting);
      return false;
    });
    if (rejected.size > 0) this.#onTimeout(rejected);
    if (this.#watched.length > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
