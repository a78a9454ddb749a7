import { type AdmissionMemory, newAdmissionMemory } from "../../core/admission/memory.ts";
import { newStampCells, Stamps } from "../resident/stamps.ts";

/** The memory behind a `SharedState`; goes through `postMessage`. */
export interface SharedCells {
  readonly stamps: SharedArrayBuffer;
  readonly announcements: SharedArrayBuffer;
  /** What each thread has on its way to the disk. */
  readonly admission: AdmissionMemory;
}

/** As many workers as a server may have, and the thread that owns them. */
export const CLIENTS_MAX = 65;

export function newSharedCells(): SharedCells {
  return {
    stamps: newStampCells(),
    announcements: new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT),
    admission: newAdmissionMemory(CLIENTS_MAX),
  };
}

/** What the writer tells all threads of its server about each commit, before anybody is answered. */
export class SharedState {
  readonly stamps: Stamps;
  readonly #announcements: Int32Array;

  constructor({ stamps, announcements }: SharedCells) {
    this.stamps = new Stamps(stamps);
    this.#announcements = new Int32Array(announcements);
  }

  /** Another one than before: the feed tells something new. */
  announcements(): number {
    return Atomics.load(this.#announcements, 0);
  }

  /** The writer's alone. */
  announce(): void {
    Atomics.add(this.#announcements, 0, 1);
  }
}
