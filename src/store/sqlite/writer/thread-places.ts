import { type AdmissionMemory, forgetThread } from "../../../core/admission/memory.ts";

/** Assigns each thread its index in shared memory. */
export class ThreadPlaces {
  readonly #memory: AdmissionMemory;
  readonly #taken = new Set<number>();

  constructor(memory: AdmissionMemory) {
    this.#memory = memory;
  }

  take(): number {
    for (let place = 0; place < this.#memory.threads; place++) {
      if (this.#taken.has(place)) continue;
      this.#taken.add(place);
      return place;
    }
    throw new Error("more threads share the store than it has places for");
  }

  /** Frees the index and all that the thread held. */
  release(place: number): void {
    forgetThread(this.#memory, place);
    this.#taken.delete(place);
  }
}
