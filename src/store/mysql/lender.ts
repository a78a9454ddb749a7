import { StoreError } from "../store-error.ts";
import type { MysqlLocation } from "./location.ts";
import { Overdue, type Waiting } from "./overdue.ts";

interface Borrower<T> extends Waiting {
  readonly resolve: (lent: T) => void;
}

/** Lends out a few things, each to one borrower at a time, first come first served. */
export class Lender<T> {
  readonly #location: MysqlLocation;
  readonly #idle: T[];
  readonly #overdue = new Overdue<Borrower<T>>();
  #waiting: Borrower<T>[] = [];

  constructor(location: MysqlLocation, things: readonly T[]) {
    this.#location = location;
    this.#idle = [...things];
  }

  /** Rejects when none comes free in time, or with what `use` rejects with. */
  async lend<Result>(use: (lent: T) => Promise<Result>): Promise<Result> {
    const lent = this.#idle.pop() ?? (await this.#next());
    try {
      return await use(lent);
    } finally {
      this.#giveBack(lent);
    }
  }

  #next(): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const { timeoutMs, text } = this.#location;
    this.#waiting.push(
      this.#overdue.watch({ resolve, reject }, timeoutMs, () => new StoreError("busy", `${text} has too much to do`)),
    );
    return promise;
  }

  #giveBack(lent: T): void {
    for (;;) {
      const next = this.#waiting.shift();
      if (next === undefined) break;
      if (!this.#overdue.done(next)) continue;
      next.resolve(lent);
      return;
    }
    this.#idle.push(lent);
  }
}
