import type { UserName } from "../../core/model.ts";
import type { StoredAttributes, StoredVersion } from "../../core/ports.ts";
import { placeOf } from "./place.ts";
import { Slab } from "./slab.ts";
import { type Stamps, UNSETTLED } from "./stamps.ts";

export type ReadOne = (app: number, name: UserName) => StoredAttributes | undefined;
export type ReadMany = (app: number, names: readonly UserName[]) => readonly (StoredAttributes | undefined)[];
export type ReadVersions = (app: number, names: readonly UserName[]) => readonly (StoredVersion | undefined)[];

/** An engine's reads, which answer at once. */
export interface EngineReads {
  readonly one: ReadOne;
  readonly many: ReadMany;
  readonly versions: ReadVersions;
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
    if (missing.length === 0) return found;
    const read = this.#read.many(
      app,
      missing.map(({ name }) => name),
    );
    for (const [order, { name, index, place, stamp }] of missing.entries()) {
      const attributes = read[order];
      found[index] = attributes;
      if (attributes !== undefined && stamp !== UNSETTLED) this.#slab.add(place, app, name, stamp, attributes);
    }
    return found;
  }

  /** As `many`, and reads no attributes: what is not here is not added. */
  versions(app: number, names: readonly UserName[]): readonly (StoredVersion | undefined)[] {
    const settled = this.#follow();
    const found = names.map((name) => {
      const place = placeOf(app, name);
      const stamp = settled ? this.#stamps.of(place) : UNSETTLED;
      return this.#slab.findVersion(place, app, name, stamp);
    });
    const missing = names.filter((_, index) => found[index] === undefined);
    if (missing.length === 0) return found;
    const read = this.#read.versions(app, missing);
    let order = 0;
    return found.map((version) => version ?? read[order++]);
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
