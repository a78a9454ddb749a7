/**
 * Copies of attributes in memory, one cache per serving thread. A cache never asks an engine whether a copy is fresh:
 * it compares version stamps (version-stamps.ts), or limits a copy's age by a TTL (ttl-attribute-cache.ts). Both keep
 * their entries in a `RingCache`. Start here.
 */
import type { UserName } from "../../core/model.ts";
import type { StoredAttributes, StoredVersion } from "../../core/ports/attribute-store.ts";
import type { MemberSink } from "../../core/ports/member-sink.ts";
import { keyHash } from "./key-hash.ts";
import { RingCache } from "./ring-cache.ts";
import { type VersionStamps, WRITE_IN_PROGRESS } from "./version-stamps.ts";

/** An engine's synchronous reads. */
export interface EngineReads {
  readonly one: (app: number, name: UserName) => StoredAttributes | undefined;
  readonly many: (app: number, names: readonly UserName[]) => readonly (StoredAttributes | undefined)[];
  readonly version: (app: number, name: UserName) => StoredVersion | undefined;
  readonly versions: (app: number, names: readonly UserName[]) => readonly (StoredVersion | undefined)[];
}

/**
 * A read-through cache of attributes, validated by version stamps: a read returns what the engine would return. A
 * commit invalidates the copies of the users it changes, by changing their stamps. Users that do not exist are not
 * cached.
 */
export class AttributeCache {
  readonly #entries: RingCache;
  readonly #stamps: VersionStamps;
  readonly #read: EngineReads;
  /** The stamp of all stripes when the cache was last cleared: every entry is newer. */
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

  /** See `AttributeStore.copyAttributes`. */
  copy(
    app: number,
    names: readonly UserName[],
    spellings: readonly string[],
    into: MemberSink,
    read: ReadonlyMap<number, StoredAttributes | undefined> | undefined,
  ): readonly number[] | undefined {
    const missing: number[] = [];
    const settled = this.#follow();
    // By index: an iterator of a hundred entries costs more than the work for each.
    for (let index = 0; index < names.length; index++) {
      const name = names[index] as UserName; // as: within the list
      const spelling = spellings[index] ?? name;
      if (read?.has(index) === true) {
        if (!appendRead(spelling, read.get(index), into)) return undefined;
        continue;
      }
      const hash = keyHash(app, name);
      const stamp = settled ? this.#stamps.of(hash) : WRITE_IN_PROGRESS;
      const copied = this.#entries.copy(hash, app, name, stamp, spelling, into);
      if (copied === undefined) missing.push(index);
      else if (!copied) return undefined;
    }
    return missing;
  }

  /** As `one`, without the attributes. */
  version(app: number, name: UserName): StoredVersion | undefined {
    const hash = keyHash(app, name);
    const stamp = this.#follow() ? this.#stamps.of(hash) : WRITE_IN_PROGRESS;
    const cached = this.#entries.findVersion(hash, app, name, stamp);
    if (cached !== undefined) return cached;
    const read = this.#read.version(app, name);
    if (read !== undefined && stamp !== WRITE_IN_PROGRESS) this.#entries.add(hash, app, name, stamp, read);
    return read;
  }

  /** The modification times of many users, one result each, in order. */
  modifiedOf(app: number, names: readonly UserName[]): readonly (number | undefined)[] {
    const find = (hash: number, name: UserName, stamp: number) => this.#entries.findModified(hash, app, name, stamp);
    return this.#each(app, names, find, this.#read.versions, ({ modified }) => modified);
  }

  /** Returns the cached value of each user, and reads and caches the missing ones. */
  #each<Read extends StoredVersion, Wanted>(
    app: number,
    names: readonly UserName[],
    find: (hash: number, name: UserName, stamp: number) => Wanted | undefined,
    read: (app: number, names: readonly UserName[]) => readonly (Read | undefined)[],
    wanted: (read: Read) => Wanted,
  ): readonly (Wanted | undefined)[] {
    const missing: Missing[] = [];
    // Check the stamp of all stripes once: nothing else runs on this thread, and a commit in flight may fall on either
    // side.
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
   * Adds attributes that this thread has just written, so that the next read is a hit.
   * @param stamp of the commit, which only the writer knows
   */
  add(app: number, name: UserName, stamp: number, attributes: StoredAttributes): void {
    const hash = keyHash(app, name);
    // Another write may have been committed meanwhile.
    if (this.#follow() && this.#stamps.of(hash) === stamp) this.#entries.add(hash, app, name, stamp, attributes);
  }

  /** Clears the cache if all stripes were invalidated. False while that is in progress. */
  #follow(): boolean {
    const all = this.#stamps.ofAll();
    if (all !== this.#since) {
      this.#entries.clear();
      this.#since = all;
    }
    return all !== WRITE_IN_PROGRESS;
  }
}

/** False if there is no room. */
function appendRead(spelling: string, stored: StoredAttributes | undefined, into: MemberSink): boolean {
  return stored === undefined || stored.bytes === 0 || into.appendText(spelling, stored.json, stored.modified);
}

interface Missing {
  readonly name: UserName;
  readonly index: number;
  readonly hash: number;
  readonly stamp: number;
}
