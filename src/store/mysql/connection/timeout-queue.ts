/** Somebody who waits for an answer. */
export interface Waiting {
  readonly reject: (error: Error) => void;
  /** It has got one. */
  isDone?: boolean;
}

interface Watched<W> {
  readonly waiting: W;
  readonly endsAtMs: number;
}

/** Within which a timeout is kept. */
const SWEEP_MS = 25;

/**
 * Gives everybody an answer in time, whatever the database does: a timer for all of them together, since there are
 * thousands and hardly one ever needs it.
 */
export class TimeoutQueue<W extends Waiting> {
  readonly #giveUp: (waiting: W, nowMs: number) => Error | undefined;
  readonly #given: (up: ReadonlySet<W>) => void;
  #watched: Watched<W>[] = [];
  #timer: ReturnType<typeof setInterval> | undefined;

  /**
   * @param giveUp makes the error for one whose time is up, and nobody else will answer it then; or undefined, and it is
   *   asked again soon
   * @param given told of those that were given up
   */
  constructor(giveUp: (waiting: W, nowMs: number) => Error | undefined, given: (up: ReadonlySet<W>) => void) {
    this.#giveUp = giveUp;
    this.#given = given;
  }

  /** @param endsAtMs of `performance.now()` */
  watch(waiting: W, endsAtMs: number): void {
    this.#watched.push({ waiting, endsAtMs });
    this.#timer ??= setInterval(() => this.#sweep(), SWEEP_MS);
  }

  /** False when its time was up before. */
  done(waiting: W): boolean {
    if (waiting.isDone) return false;
    waiting.isDone = true;
    return true;
  }

  #sweep(): void {
    const now = performance.now();
    const up = new Set<W>();
    this.#watched = this.#watched.filter(({ waiting, endsAtMs }) => {
      if (waiting.isDone) return false;
      if (endsAtMs > now) return true;
      const error = this.#giveUp(waiting, now);
      if (error === undefined) return true;
      waiting.isDone = true;
      waiting.reject(error);
      up.add(waiting);
      return false;
    });
    if (up.size > 0) this.#given(up);
    if (this.#watched.length > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
