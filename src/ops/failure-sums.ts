import type { Timers } from "../core/ports/system/timers.ts";
import { type Failure, outageOf } from "./failure.ts";

/** @param count the number of such failures, including this one */
type Send = (failure: Failure, count: number) => void;

const SEND_MS = 1000;
/** Maximum number of kinds of failures; further kinds share one entry. */
const KINDS_MAX = 100;

/**
 * Sends a worker's failures to the main thread, which logs them. The first of a kind is sent immediately; later ones are
 * counted and sent once a second as one.
 */
export class FailureSums {
  readonly #timers: Timers;
  readonly #send: Send;
  readonly #sums = new Map<string, { failure: Failure; count: number }>();
  #sending: Disposable | undefined;

  constructor(timers: Timers, send: Send) {
    this.#timers = timers;
    this.#send = send;
  }

  tell(failure: Failure): void {
    const key = `${failure.event} ${outageOf(failure).name}`;
    const name = this.#sums.has(key) || this.#sums.size < KINDS_MAX ? key : "others";
    const sum = this.#sums.get(name);
    if (sum === undefined) {
      this.#sums.set(name, { failure, count: 0 });
      this.#sending ??= this.#timers.every(SEND_MS, () => this.flush());
      this.#send(failure, 1);
      return;
    }
    sum.failure = failure;
    sum.count += 1;
  }

  /** Sends the counted failures. */
  flush(): void {
    for (const [name, sum] of this.#sums) {
      const { failure, count } = sum;
      // None since the last time: the next one counts as a first one again.
      if (count === 0) this.#sums.delete(name);
      else this.#send(failure, count);
      sum.count = 0;
    }
    if (this.#sums.size > 0) return;
    this.#sending?.[Symbol.dispose]();
    this.#sending = undefined;
  }
}
