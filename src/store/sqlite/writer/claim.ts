/**
 * How many commands of a message the writer has started, in memory shared by a client and the writer. For each command
 * exactly one of them decides: either the writer starts it, or the client withdraws it and it never runs. The client
 * can withdraw even while the writer's thread hangs.
 */
export class Claim {
  readonly #cell: Int32Array;

  /** @param memory from `newClaimMemory`, the same at both ends */
  constructor(memory: SharedArrayBuffer) {
    this.#cell = new Int32Array(memory);
  }

  /** Called by the client before it posts a message, after all of the last one was answered. */
  reset(): void {
    Atomics.store(this.#cell, 0, 0);
  }

  /** Called by the writer: starts the commands of a range of the message. False: they were withdrawn. */
  begin(from: number, to: number): boolean {
    return Atomics.compareExchange(this.#cell, 0, from, to) === from;
  }

  /** Called by the client: no further command starts. Returns how many have started. */
  withdraw(): number {
    return Atomics.or(this.#cell, 0, WITHDRAWN) & ~WITHDRAWN;
  }

  /** How many commands, the first ones of the message, have started. */
  get begun(): number {
    return Atomics.load(this.#cell, 0) & ~WITHDRAWN;
  }
}

export function newClaimMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
}

const WITHDRAWN = 0x4000_0000;
