import { type AdmissionMemory, newAdmissionMemory } from "../../core/admission/memory.ts";
import { newVersionStampCells, VersionStamps } from "../cache/version-stamps.ts";

/** The memory behind a `SharedState`; goes through `postMessage`. */
export interface SharedCells {
  readonly stamps: SharedArrayBuffer;
  readonly feedVersion: SharedArrayBuffer;
  /** See `SharedState.damage`. */
  readonly damage: SharedArrayBuffer;
  /** What each thread has on its way to the disk. */
  readonly admission: AdmissionMemory;
}

/** As many workers as a server may have, and the thread that owns them. */
export const CLIENTS_MAX = 65;

export function newSharedCells(): SharedCells {
  return {
    stamps: newVersionStampCells(),
    feedVersion: new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT),
    damage: new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT),
    admission: newAdmissionMemory(CLIENTS_MAX),
  };
}

/** What the writer tells all threads of its server about each commit, before anybody is answered; and they it. */
export class SharedState {
  readonly stamps: VersionStamps;
  readonly #feedVersion: Int32Array;
  readonly #damage: Int32Array;

  constructor({ stamps, feedVersion, damage }: SharedCells) {
    this.stamps = new VersionStamps(stamps);
    this.#feedVersion = new Int32Array(feedVersion);
    this.#damage = new Int32Array(damage);
  }

  /** SQLite's result code of the first damage that any thread has met; undefined where there is none. */
  get damage(): number | undefined {
    return Atomics.load(this.#damage, 0) || undefined;
  }

  /** One cell for all of them: however much is damaged, and whichever thread meets it, it is told of once. */
  readonly meetDamage = (code: number): void => {
    Atomics.compareExchange(this.#damage, 0, 0, code);
  };

  /** Another one than before: the feed tells something new. */
  feedVersion(): number {
    return Atomics.load(this.#feedVersion, 0);
  }

  /** The writer's alone. */
  bumpFeedVersion(): void {
    Atomics.add(this.#feedVersion, 0, 1);
  }
}
