import type { UserName } from "../../core/model.ts";
import type { StoredAttributes, StoredVersion } from "../../core/ports.ts";
import { placeOf } from "./place.ts";
import { Slab } from "./slab.ts";
import { type Stamps, UNSETTLED } from "./stamps.ts";

export type ReadOne = (app: number, name: UserName) => StoredAttributes | undefined;
export type ReadMany = (app: number, names: readonly UserName[]) => readonly (StoredAttributes | undefined)[];

/** An engine's reads, which answer at once. */
export interface EngineReads {
  readonly one: ReadOne;
  readonly many: ReadMany;
  readonly version: (app: number, name: UserName) => StoredVersion | undefined;
  readonly versions: (app: number, names: readonly UserName[]) => readonly (StoredVersion | undefined)[];
}

/**
 * One thread's copies of attributes, in front of an engine's reads. What it answers is what a read of the engine would
 * answer: see `Stamps`. Users that are not there are not remembered.
 */
export class ResidentAttributes {
  readonly #slab: Slab;
  readonly #stamps: Stamps;
  readonly #read: EngineReads;
  /** The stamp of all places that everything in the slab is newer than. */
  #since: number;

  constructor(bytesMax: number, stamps: Stamps, read: EngineReads) {
    this.#slab = new Slab(bytesMax);
    this.#stamps = stamps;
    this.#read = read;
    this.#since = stamps.ofAll();
  }

  one(app: number, name: UserName): StoredAttributes | undefined {
    const settled = this.#follow();
    const place = placeOf(app, name);
    const stamp = settled ? this.#stamps.of(place) : UNSETTLED;
    const resident = this.#slab.find(place, app, name, stamp);
    if (resident !== undefined) return resident;
    const read = this.#read.one(app, name);
    if (read !== undefined && stamp !== UNSETTLED) this.#slab.add(place, app, name, stamp, read);
    return read;
  }

  /** One result for each name, in order. */
  many(app: number, names: readonly UserName[]): readonly (StoredAttributes | undefined)[] {
    const missing: Missing[] = [];
    // Once for all: nothing else runs on this thread meanwhile, and a read that is under way may fall on either side.
    const settled = this.#follow();
    const found = names.map((name, index) => {
      const place = placeOf(app, name);
      const stamp = settled ? this.#stamps.of(place) : UNSETTLED;
      const resident = this.#slab.find(place, app, name, stamp);
      if (resident === undefined) missing.push({ name, index, place, stamp });
      return resident;
    });
    this.#fill(app, missing, this.#read.many, (index, stored) => {
      found[index] = stored;
    });
    return found;
  }

  /** As `one`, and reads no attributes. */
  version(app: number, name: UserName): StoredVersion | undefined {
    const place = placeOf(app, name);
    const stamp = this.#follow() ? this.#stamps.of(place) : UNSETTLED;
    const resident = this.#slab.findVersion(place, app, name, stamp);
    if (resident !== undefined) return resident;
    const read = this.#read.version(app, name);
    if (read !== undefined && stamp !== UNSETTLED) this.#slab.add(place, app, name, stamp, read);
    return read;
  }

  /** The same for many, one result for each, in order. */
  modifiedOf(app: number, names: readonly UserName[]): readonly (number | undefined)[] {
    const missing: Missing[] = [];
    const settled = this.#follow();
    const found = names.map((name, index) => {
      const place = placeOf(app, name);
      const stamp = settled ? this.#stamps.of(place) : UNSETTLED;
      const modified = this.#slab.findModified(place, app, name, stamp);
      if (modified === undefined) missing.push({ name, index, place, stamp });
      return modified;
    });
    this.#fill(app, missing, this.#read.versions, (index, { modified }) => {
      found[index] = modified;
    });
    return found;
  }

  /** Reads what is missing, adds it and hands it over. */
  #fill<Read extends StoredVersion>(
    app: number,
    missing: readonly Missing[],
    read: (app: number, names: readonly UserName[]) => readonly (Read | undefined)[],
    take: (index: number, found: Read) => void,
  ): void {
    if (missing.length === 0) return;
    const answered = read(
      app,
      missing.map(({ name }) => name),
    );
    for (const [order, { name, index, place, stamp }] of missing.entries()) {
      const stored = answered[order];
      if (stored === undefined) continue;
      take(index, stored);
      if (stamp !== UNSETTLED) this.#slab.add(place, app, name, stamp, stored);
    }
  }

  /**
   * Adds what this thread has just had written, so that the next read need not look.
   * @param stamp of the commit, which only the writer knows
   */
  add(app: number, name: UserName, stamp: number, attributes: StoredAttributes): void {
    const place = placeOf(app, name);
    // Another write may have come since.
    if (this.#follow() && this.#stamps.of(place) === stamp) this.#slab.add(place, app, name, stamp, attributes);
  }

  /** Throws all out when all places have changed since. False while they are changing. */
  #follow(): boolean {
    const all = this.#stamps.ofAll();
    if (all !== this.#since) {
      this.#slab.clear();
      this.#since = all;
    }
    return all !== UNSETTLED;
  }
}

interface Missing {
  readonly name: UserName;
  readonly index: number;
  readonly place: number;
  readonly stamp: number;
}
