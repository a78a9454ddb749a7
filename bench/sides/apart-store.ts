import type { Store } from "../../src/core/ports/store.ts";
import { joinMysqlStore } from "../../src/store/mysql/shared-store.ts";
import type { MysqlStore } from "../../src/store/mysql/store.ts";

/**
 * The store with every read and every set of attributes by itself, over so many connections that read and as many that
 * write. Each connection is a thread's store of its own that is asked one thing at a time, so that nothing gathers.
 * @param store closed with what this makes of it
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

/** Asks a free store, or the first that comes free, in the order of the calls. */
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
