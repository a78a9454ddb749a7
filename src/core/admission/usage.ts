/**
 * How much of a resource is held in the whole process. Each thread writes a cell of its own and reads those of the
 * others, so that what a thread held which has ended can be let go: `forget` empties its cell.
 */
export interface Usage {
  /** Of all threads. */
  total(): number;
  add(amount: number): void;
}

/** Of a resource that only one thread uses. */
export function ownUsage(): Usage {
  let held = 0;
  return {
    total: () => held,
    add(amount) {
      held += amount;
    },
  };
}

/** @param cells one of each thread @param thread this one's place */
export function sharedUsage(cells: Int32Array, thread: number): Usage {
  return {
    total() {
      let sum = 0;
      for (let index = 0; index < cells.length; index++) sum += Atomics.load(cells, index);
      return sum;
    },
    add: (amount) => void Atomics.add(cells, thread, amount),
  };
}
