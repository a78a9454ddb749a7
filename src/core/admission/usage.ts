/**
 * How much of a resource the whole process holds. Each thread writes its own cell and reads those of the others, so the
 * amounts of a thread that ended can be freed: `releaseThread` clears its cells.
 */
export interface Usage {
  /** The sum over all threads. */
  total(): number;
  add(amount: number): void;
}

/** For a resource that only one thread uses. */
export function ownUsage(): Usage {
  let held = 0;
  return {
    total: () => held,
    add(amount) {
      held += amount;
    },
  };
}

/** @param cells one for each thread @param thread the index of this thread's cell */
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
