import type { Store } from "../../src/core/ports/store.ts";
import { joinMysqlStore } from "../../src/store/mysql/shared-store.ts";
import type { MysqlStore } from "../../src/store/mysql/store.ts";

/**
 * The store without batching: every read and every set of attributes is sent alone, over this many connections for reads
 * and as many for writes. Each connection is the store of one thread, which gets one call at a time.
 * @param store closed when the result is
 */
export function apartStore(store: MysqlStore, connections: number): Store {
  const shares = Array.from({ length: connections }, () => store.share(0));
  const threads = shares.map(({ share }) => joinMysqlStore(share));
  const reading = new OneAtATime(threads);
  const writing = new OneAtATime(threads);
  return {
    ...store,
    attributes: (...asked) => reading.ask((thread) => thread.attributes(...asked)),
    attributesOf: (...asked) => reading.ask((thread) => thread.attributesOf(...asked)),
    version: (...asked) => reading.ask((thread) => thread.version(...asked)),
    modifiedOf: (...asked) => reading.ask((thread) => thread.modifiedOf(...asked)),
    writeAttributes: (...asked) => writing.ask((thread) => thread.writeAttributes(...asked)),
    async [Symbol.asyncDispose]() {
      for (const thread of threads) await thread[Symbol.asyncDispose]();
      for (const share of shares) share[Symbol.dispose]();
      await store[Symbol.asyncDispose]();
    },
  };
}

/** Calls a free store, or waits for one, in the order of the calls. */
class OneAtATime {
  readonly #idle: Store[];
  readonly #waiting: ((store: Store) => void)[] = [];

  constructor(stores: readonly Store[]) {
    this.#idle = [...stores];
  }

  async ask<T>(call: (store: Store) => T | Promise<T>): Promise<T> {
    const store = this.#idle.pop() ?? (await this.#next());
    try {
      return await call(store);
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#idle.push(store);
      else next(store);
    }
  }

  #next(): Promise<Store> {
    const { promise, resolve } = Promise.withResolvers<Store>();
    this.#waiting.push(resolve);
    return promise;
  }
}
