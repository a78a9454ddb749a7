/**
 * Striped sequence counters, as in a seqlock, that tell a fresh copy from a stale one. They lie in memory that all
 * threads of a server share. The store's one writer changes the stamps of a commit's users before and after the commit;
 * odd = a commit is in progress, and a read may see either side of it.
 *
 * A copy is fresh if its stamp, taken before the copy was read, is even and still the same: every later commit changes
 * the stamp before a read can see the commit, and so before it is acknowledged.
 */
export class VersionStamps {
  readonly #cells: Int32Array;

  /** @param cells from `newVersionStampCells`, the same in all threads */
  constructor(cells: SharedArrayBuffer) {
    this.#cells = new Int32Array(cells);
  }

  /** The stamp of a stripe now; `WRITE_IN_PROGRESS` during a commit. */
  of(stripe: number): number {
    const stamp = Atomics.load(this.#cells, FIRST + (stripe & MASK));
    return (stamp & 1) === 0 ? stamp : WRITE_IN_PROGRESS;
  }

  /** As `of`, for all stripes together: copies older than its last change are stale. */
  ofAll(): number {
    const stamp = Atomics.load(this.#cells, ALL);
    return (stamp & 1) === 0 ? stamp : WRITE_IN_PROGRESS;
  }

  /** Called by the writer only, before the commit can be seen. */
  begin(stripes: Iterable<number>): void {
    for (const stripe of stripes) this.#makeOdd(FIRST + (stripe & MASK));
  }

  /** Called by the writer only, after the commit or after it was rolled back. */
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
   * For stores with many writers: invalidates a stripe after a change has settled and before it is acknowledged;
   * returns the new stamp. Never used with `begin` and `end` on the same cells.
   */
  touch(stripe: number): number {
    return Atomics.add(this.#cells, FIRST + (stripe & MASK), 2) + 2;
  }

  /** As `touch`, for all stripes together. */
  touchAll(): void {
    Atomics.add(this.#cells, ALL, 2);
  }

  // Not additions: a writer that ended during a commit has left its stamps odd, and a stripe may be named twice.
  #makeOdd(cell: number): void {
    Atomics.store(this.#cells, cell, Atomics.load(this.#cells, cell) | 1);
  }

  #makeEven(cell: number): void {
    const stamp = Atomics.load(this.#cells, cell);
    if ((stamp & 1) === 1) Atomics.store(this.#cells, cell, stamp + 1);
  }
}

/** Differs from every stamp. */
export const WRITE_IN_PROGRESS = -1;

const STRIPES = 1_048_576;
const MASK = STRIPES - 1;
const ALL = 0;
const FIRST = 1;

/** 4 MB of address space; only the pages that are written take memory. */
export function newVersionStampCells(): SharedArrayBuffer {
  return new SharedArrayBuffer((FIRST + STRIPES) * Int32Array.BYTES_PER_ELEMENT);
}
