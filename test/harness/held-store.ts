import type { Store } from "../../src/core/ports.ts";
import { delegateStore } from "./delegate-store.ts";

/** A store whose sets can be stopped on their way in, so that they overlap for certain and not by luck. */
export interface HeldWrites {
  /** For `startTestService({ wrap })`. */
  readonly wrap: (store: Store) => Store;
  /** Every set from now on waits before it is written. */
  hold(): void;
  /** Settles when so many sets wait. */
  waiting(count: number): Promise<void>;
  /** Lets them through in the order of their arrival, and all later ones. */
  release(): void;
}

export function holdWrites(): HeldWrites {
  let gate: PromiseWithResolvers<void> | undefined;
  let arrived = 0;
  let watchers: { readonly count: number; readonly reached: () => void }[] = [];

  function announce(): void {
    for (const { count, reached } of watchers) if (arrived >= count) reached();
    watchers = watchers.filter(({ count }) => arrived < count);
  }

  return {
    wrap: (store) => ({
      ...delegateStore(store),
      async writeAttributes(write) {
        if (gate !== undefined) {
          const { promise } = gate;
          arrived += 1;
          announce();
          await promise;
        }
        return await store.writeAttributes(write);
      },
    }),
    hold() {
      gate = Promise.withResolvers();
      arrived = 0;
    },
    waiting: (count) =>
      new Promise((reached) => {
        watchers.push({ count, reached });
        announce();
      }),
    release() {
      gate?.resolve();
      gate = undefined;
    },
  };
}
