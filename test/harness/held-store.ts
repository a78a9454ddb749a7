import type { Store } from "../../src/core/ports/store.ts";
import { delegateStore } from "./delegate-store.ts";

/** A store whose sets can be held before they are written, so that they certainly overlap. */
export interface HeldWrites {
  /** For `startTestService({ gate })`, whichever thread has the store. */
  readonly gate: SharedArrayBuffer;
  /** From now on every set waits before it is written. */
  hold(): void;
  /** Settles when this many sets wait. */
  waiting(count: number): Promise<void>;
  /** Releases these sets, and does not hold later ones. */
  release(): void;
}

const HELD = 0;
const ARRIVED = 1;

export function holdWrites(): HeldWrites {
  const gate = new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT);
  const cells = new Int32Array(gate);
  return {
    gate,
    hold() {
      Atomics.store(cells, ARRIVED, 0);
      Atomics.store(cells, HELD, 1);
    },
    async waiting(count) {
      while (Atomics.load(cells, ARRIVED) < count) await new Promise(setImmediate);
    },
    release() {
      Atomics.store(cells, HELD, 0);
    },
  };
}

/** The store behind the gate. */
export function heldStore(store: Store, gate: SharedArrayBuffer): Store {
  const cells = new Int32Array(gate);
  async function passed(): Promise<void> {
    if (Atomics.load(cells, HELD) !== 1) return;
    Atomics.add(cells, ARRIVED, 1);
    while (Atomics.load(cells, HELD) === 1) await new Promise(setImmediate);
  }
  return {
    ...delegateStore(store),
    async writeAttributes(write, terms) {
      await passed();
      return await store.writeAttributes(write, terms);
    },
    async writeAttributesOf(writes, allOrNothing, terms) {
      await passed();
      return await store.writeAttributesOf(writes, allOrNothing, terms);
    },
  };
}
