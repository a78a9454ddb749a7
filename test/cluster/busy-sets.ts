import type { App } from "../../src/core/model.ts";
import type { MysqlStore } from "../../src/store/mysql/store.ts";
import { StoreError } from "../../src/store/store-error.ts";
import { sized, stored, userAt } from "../store/mysql-fixture.ts";

const CALLERS = 16;

/** The outcomes of the sets of a period. */
export interface SetsSeen {
  readonly ms: number;
  readonly written: number;
  /** The longest time without a set that was stored. */
  readonly stallMs: number;
  /** Of those that were not; "certain" = 503, nothing is stored. */
  readonly refused: ReadonlySet<string>;
}

/** Sets without a pause, of users `user0` and following, until it is disposed of. */
export class BusySets implements AsyncDisposable {
  readonly #store: MysqlStore;
  readonly #app: App;
  readonly #users: number;
  readonly #callers: readonly Promise<void>[];
  readonly #refused = new Set<string>();
  #isOver = false;
  #written = 0;
  #writtenAt = performance.now();
  #stallMs = 0;

  constructor(store: MysqlStore, app: App, users: number) {
    this.#store = store;
    this.#app = app;
    this.#users = users;
    this.#callers = Array.from({ length: CALLERS }, (_, caller) => this.#call(caller));
  }

  /** The sets seen while `action` runs. */
  async during(action: () => Promise<unknown>): Promise<SetsSeen> {
    const written = this.#written;
    this.#refused.clear();
    this.#stallMs = 0;
    const from = performance.now();
    this.#writtenAt = from;
    await action();
    const ms = performance.now() - from;
    this.#note();
    return { ms, written: this.#written - written, stallMs: this.#stallMs, refused: new Set(this.#refused) };
  }

  /** Resolves when `count` more sets are stored. */
  async flow(count: number): Promise<void> {
    const until = this.#written + count;
    while (this.#written < until) await Bun.sleep(10);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#callers);
  }

  async #call(caller: number): Promise<void> {
    for (let set = 0; !this.#isOver; set++) {
      // No two callers share a user, so no sets conflict.
      const user = userAt((caller + CALLERS * (set * 7919)) % (this.#users - (this.#users % CALLERS)));
      try {
        const read = await stored(this.#store, this.#app, user);
        const outcome = await this.#store.writeAttributes(sized(this.#app, user, read, 100 + (set % 100)));
        if (outcome !== "written") throw new Error(outcome);
        this.#note();
        this.#written += 1;
        this.#writtenAt = performance.now();
      } catch (error) {
        const isCertain = error instanceof StoreError && error.nothingStored;
        this.#refused.add(isCertain ? "certain" : String(error));
      }
    }
  }

  #note(): void {
    this.#stallMs = Math.max(this.#stallMs, performance.now() - this.#writtenAt);
  }
}
