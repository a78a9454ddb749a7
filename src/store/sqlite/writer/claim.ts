/**
 * How many commands of a message the writer has begun, in memory that a client and the writer share, so that exactly
 * one of them decides about each command: either the writer begins it, or the client takes it back, and then it is
 * never carried out. The client can do that also while the writer's thread hangs.
 */
export class Claim {
  readonly #cell: Int32Array;

  /** @param memory from `newClaimMemory`, the same at both ends */
  constructor(memory: SharedArrayBuffer) {
    this.#cell = new Int32Array(memory);
  }

  /** The client's: before it posts a message, and after all of the last one was answered. */
  reset(): void {
    Atomics.store(this.#cell, 0, 0);
  }

  /** The writer's: begins the commands from one place of the message up to another. False: they were taken back. */
  begin(from: number, to: number): boolean {
    return Atomics.compareExchange(this.#cell, 0, from, to) === from;
  }

  /** The client's: from now on no further command is begun. How many are. */
  withdraw(): number {
    return Atomics.or(this.#cell, 0, WITHDRAWN) & ~WITHDRAWN;
  }

  /** How many commands are begun, the message's first ones. */
  get begun(): number {
    return Atomics.load(this.#cell, 0) & ~WITHDRAWN;
  }
}

export function newClaimMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
}

const WITHDRAWN = 0x4000_0000;
