/**
 * What tells a resident copy from a stale one, in memory that all threads of a server share: a number for each place,
 * which the store's one writer changes around every commit that changes a user of that place. Odd = a commit is under
 * way, and nobody knows yet on which side of it a read falls.
 *
 * A copy made of what was read after its stamp was looked at is fresh for as long as the stamp is the same and even:
 * whatever was committed since has changed it before any read could see the commit, and so before it was answered.
 */
export class VersionStamps {
  readonly #cells: Int32Array;

  /** @param cells from `newStampCells`, the same in all threads */
  constructor(cells: SharedArrayBuffer) {
    this.#cells = new Int32Array(cells);
  }

  /** The stamp of a place now; `WRITE_IN_PROGRESS` while it is being written. */
  of(stripe: number): number {
    const stamp = Atomics.load(this.#cells, FIRST + (stripe & MASK));
    return (stamp & 1) === 0 ? stamp : WRITE_IN_PROGRESS;
  }

  /** As `of`, for all places at once: no copy that is older than its last change is fresh. */
  ofAll(): number {
    const stamp = Atomics.load(this.#cells, ALL);
    return (stamp & 1) === 0 ? stamp : WRITE_IN_PROGRESS;
  }

  /** The writer's alone: to be called before the commit can be seen. */
  begin(stripes: Iterable<number>): void {
    for (const stripe of stripes) this.#makeOdd(FIRST + (stripe & MASK));
  }

  /** The writer's alone: after the commit, or when there is none after all. */
  end(stripes: Iterable<number>): void {
    for (const stripe of stripes) this.#makeEven(FIRST + (stripe & MASK));
  }

  beginAll(): void {
    this.#makeOdd(ALL);
  }

  endAll(): void {
    this.#makeEven(ALL);
  }

  /**
   * For stores that are written from many threads and processes: after a change has settled, and before anybody is
   * told; the new stamp. Never with `begin` and `end` on the same cells.
   */
  touch(stripe: number): number {
    return Atomics.add(this.#cells, FIRST + (stripe & MASK), 2) + 2;
  }

  /** As `touch`, for all places at once. */
  touchAll(): void {
    Atomics.add(this.#cells, ALL, 2);
  }

  // Not additions: a writer that ended in the middle has left its stamps odd, and a place may be named twice.
  #makeOdd(cell: number): void {
    Atomics.store(this.#cells, cell, Atomics.load(this.#cells, cell) | 1);
  }

  #makeEven(cell: number): void {
    const stamp = Atomics.load(this.#cells, cell);
    if ((stamp & 1) === 1) Atomics.store(this.#cells, cell, stamp + 1);
  }
}

/** Equal to no stamp. */
export const WRITE_IN_PROGRESS = -1;

const STRIPES = 1_048_576;
const MASK = STRIPES - 1;
const ALL = 0;
const FIRST = 1;

/** 4 MB, of which only what is written takes memory. */
export function newVersionStampCells(): SharedArrayBuffer {
  return new SharedArrayBuffer((FIRST + STRIPES) * Int32Array.BYTES_PER_ELEMENT);
}
