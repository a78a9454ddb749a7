import { type AdmissionMemory, newAdmissionMemory } from "../../core/admission/memory.ts";
import { newVersionStampCells, VersionStamps } from "../cache/version-stamps.ts";

/** The memory behind a `SharedState`; goes through `postMessage`. */
export interface SharedCells {
  readonly stamps: SharedArrayBuffer;
  readonly feedVersion: SharedArrayBuffer;
  /** See `SharedState.damage`. */
  readonly damage: SharedArrayBuffer;
  /** Each thread's writes in flight. */
  readonly admission: AdmissionMemory;
}

/** The maximum number of workers, and the thread that owns them. */
export const CLIENTS_MAX = 65;

export function newSharedCells(): SharedCells {
  return {
    stamps: newVersionStampCells(),
    feedVersion: new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT),
    damage: new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT),
    admission: newAdmissionMemory(CLIENTS_MAX),
  };
}

/**
 * State shared by the writer and all threads of its server. The writer updates it for each commit before any write of
 * the commit is acknowledged.
 */
export class SharedState {
  readonly stamps: VersionStamps;
  readonly #feedVersion: Int32Array;
  readonly #damage: Int32Array;

  constructor({ stamps, feedVersion, damage }: SharedCells) {
    this.stamps = new VersionStamps(stamps);
    this.#feedVersion = new Int32Array(feedVersion);
    this.#damage = new Int32Array(damage);
  }

  /** SQLite's result code of the first damage met on any thread; undefined if there is none. */
  get damage(): number | undefined {
    return Atomics.load(this.#damage, 0) || undefined;
  }

  /** Records the first damage only, so that it is reported once. */
  readonly reportDamage = (code: number): void => {
    Atomics.compareExchange(this.#damage, 0, 0, code);
  };

  /** Changes whenever the change feed has grown. */
  feedVersion(): number {
    return Atomics.load(this.#feedVersion, 0);
  }

  /** Called by the writer only. */
  bumpFeedVersion(): void {
    Atomics.add(this.#feedVersion, 0, 1);
  }
}
