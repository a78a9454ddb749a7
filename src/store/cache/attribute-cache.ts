import type { UserName } from "../../core/model.ts";
import type { StoredAttributes, StoredVersion } from "../../core/ports.ts";
import { keyHash } from "./key-hash.ts";
import { RingCache } from "./ring-cache.ts";
import { type VersionStamps, WRITE_IN_PROGRESS } from "./version-stamps.ts";

/** An engine's reads, which answer at once. */
export interface EngineReads {
  readonly one: (app: number, name: UserName) => StoredAttributes | undefined;
  readonly many: (app: number, names: readonly UserName[]) => readonly (StoredAttributes | undefined)[];
  readonly version: (app: number, name: UserName) => StoredVersion | undefined;
  readonly versions: (app: number, names: readonly UserName[]) => readonly (StoredVersion | undefined)[];
}

/**
 * One thread's copies of attributes, in front of an engine's reads. What it answers is what a read of the engine would
 * answer: see `VersionStamps`. Users that are not there are not remembered.
 */
export class AttributeCache {
  readonly #entries: RingCache;
  readonly #stamps: VersionStamps;
  readonly #read: EngineReads;
  /** The stamp of all places that everything in the slab is newer than. */
  #since: number;

  constructor(bytesMax: number, stamps: VersionStamps, read: EngineReads) {
    this.#entries = new RingCache(bytesMax);
    this.#stamps = stamps;
    this.#read = read;
    this.#since = stamps.ofAll();
  }

  one(app: number, name: UserName): StoredAttributes | undefined {
    const settled = this.#follow();
    const hash = keyHash(app, name);
    const stamp = settled ? this.#stamps.of(hash) : WRITE_IN_PROGRESS;
    const cached = this.#entries.find(hash, app, name, stamp);
    if (cached !== undefined) return cached;
    const read = this.#read.one(app, name);
    if (read !== undefined && stamp !== WRITE_IN_PROGRESS) this.#entries.add(hash, app, name, stamp, read);
    return read;
  }

  /** One result for each name, in order. */
  many(app: number, names: readonly UserName[]): readonly (StoredAttributes | undefined)[] {
    const find = (hash: number, name: UserName, stamp: number) => this.#entries.find(hash, app, name, stamp);
    return this.#each(app, names, find, this.#read.many, (stored) => stored);
  }

  /** As `one`, and reads no attributes. */
  version(app: number, name: UserName): StoredVersion | undefined {
    const hash = keyHash(app, name);
    const stamp = this.#follow() ? this.#stamps.of(hash) : WRITE_IN_PROGRESS;
    const cached = this.#entries.findVersion(hash, app, name, stamp);
    if (cached !== undefined) return cached;
    const read = this.#read.version(app, name);
    if (read !== undefined && stamp !== WRITE_IN_PROGRESS) this.#entries.add(hash, app, name, stamp, read);
    return read;
  }

  /** The same for many, one result for each, in order. */
  modifiedOf(app: number, names: readonly UserName[]): readonly (number | undefined)[] {
    const find = (hash: number, name: UserName, stamp: number) => this.#entries.findModified(hash, app, name, stamp);
    return this.#each(app, names, find, this.#read.versions, ({ modified }) => modified);
  }

  /** What is found of each, or what is wanted of it once it has been read; what is read is added. */
  #each<Read extends StoredVersion, Wanted>(
    app: number,
    names: readonly UserName[],
    find: (hash: number, name: UserName, stamp: number) => Wanted | undefined,
    read: (app: number, names: readonly UserName[]) => readonly (Read | undefined)[],
    wanted: (read: Read) => Wanted,
  ): readonly (Wanted | undefined)[] {
    const missing: Missing[] = [];
    // Once for all: nothing else runs on this thread meanwhile, and a read that is under way may fall on either side.
    const settled = this.#follow();
    const found = names.map((name, index) => {
      const hash = keyHash(app, name);
      const stamp = settled ? this.#stamps.of(hash) : WRITE_IN_PROGRESS;
      const cached = find(hash, name, stamp);
      if (cached === undefined) missing.push({ name, index, hash, stamp });
      return cached;
    });
    if (missing.length === 0) return found;
    const answered = read(
      app,
      missing.map(({ name }) => name),
    );
    for (const [order, { name, index, hash, stamp }] of missing.entries()) {
      const stored = answered[order];
      if (stored === undefined) continue;
      found[index] = wanted(stored);
      if (stamp !== WRITE_IN_PROGRESS) this.#entries.add(hash, app, name, stamp, stored);
    }
    return found;
  }

  /**
   * Adds what this thread has just had written, so that the next read need not look.
   * @param stamp of the commit, which only the writer knows
   */
  add(app: number, name: UserName, stamp: number, attributes: StoredAttributes): void {
    const hash = keyHash(app, name);
    // Another write may have come since.
    if (this.#follow() && this.#stamps.of(hash) === stamp) this.#entries.add(hash, app, name, stamp, attributes);
  }

  /** Throws all out when all places have changed since. False while they are changing. */
  #follow(): boolean {
    const all = this.#stamps.ofAll();
    if (all !== this.#since) {
      this.#entries.clear();
      this.#since = all;
    }
    return all !== WRITE_IN_PROGRESS;
  }
}

interface Missing {
  readonly name: UserName;
  readonly index: number;
  readonly hash: number;
  readonly stamp: number;
}
