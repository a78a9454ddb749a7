import { type AdmissionMemory, releaseThread } from "../../../core/admission/memory.ts";

/** Assigns each thread its index in shared memory. */
export class ThreadSlots {
  readonly #memory: AdmissionMemory;
  readonly #taken = new Set<number>();

  constructor(memory: AdmissionMemory) {
    this.#memory = memory;
  }

  take(): number {
    for (let slot = 0; slot < this.#memory.threads; slot++) {
      if (this.#taken.has(slot)) continue;
      this.#taken.add(slot);
      return slot;
    }
    throw new Error("more threads share the store than it has slots for");
  }

  /** Frees the index and all that the thread held. */
  release(slot: number): void {
    releaseThread(this.#memory, slot);
    this.#taken.delete(slot);
  }
}
