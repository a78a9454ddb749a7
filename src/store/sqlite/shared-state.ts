import { newStampCells, Stamps } from "../resident/stamps.ts";

/** The memory behind a `SharedState`; goes through `postMessage`. */
export interface SharedCells {
  readonly stamps: SharedArrayBuffer;
  readonly announcements: SharedArrayBuffer;
}

export function newSharedCells(): SharedCells {
  return {
    stamps: newStampCells(),
    announcements: new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT),
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
