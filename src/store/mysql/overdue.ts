/** Somebody who waits for an answer. */
export interface Waiting {
  readonly reject: (error: Error) => void;
  /** He has got one. */
  isDone?: boolean;
}

interface Watched {
  readonly waiting: Waiting;
  readonly endsAt: number;
  readonly giveUp: () => Error;
}

/** Within which a timeout is kept. */
const SWEEP_MS = 25;

/**
 * Gives everybody an answer in time, whatever the database does: a timer for all of them together, since there are
 * thousands and hardly one ever needs it.
 */
export class Overdue<W extends Waiting> {
  /** In the order of coming, which is the order of their timeouts. */
  #watched: Watched[] = [];
  #timer: ReturnType<typeof setInterval> | undefined;

  /** @param giveUp makes the error for one whose time is up; nobody else will answer him then */
  watch(waiting: W, timeoutMs: number, giveUp: () => Error): W {
    this.#watched.push({ waiting, endsAt: performance.now() + timeoutMs, giveUp });
    this.#timer ??= setInterval(() => this.#sweep(), SWEEP_MS);
    return waiting;
  }

  /** False when his time was up before. */
  done(waiting: W): boolean {
    if (waiting.isDone) return false;
    waiting.isDone = true;
    return true;
  }

  #sweep(): void {
    const now = performance.now();
    let over = 0;
    for (const { waiting, endsAt, giveUp } of this.#watched) {
      if (!waiting.isDone && endsAt > now) break;
      over += 1;
      if (waiting.isDone) continue;
      waiting.isDone = true;
      waiting.reject(giveUp());
    }
    this.#watched = this.#watched.slice(over);
    if (this.#watched.length > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
