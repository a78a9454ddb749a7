import type { Resource } from "../admission/resources.ts";

export interface TokenCacheOptions {
  readonly resource: Resource;
  /** Size limit of the cache, as `bytes` counts it. */
  readonly bytesMax: number;
}

/**
 * Bytes of an entry beside its key: the entry with caller and names, its slots in two maps, and its user's holder.
 * Measured with names of 12 characters; a name may have 64.
 */
export const ENTRY_BYTES = 512;

/**
 * A cache of verified tokens: an approximate LRU of two generations. When the young generation is full it becomes the old
 * one, and the previous old one is evicted as a whole; a hit moves an entry to the young generation. Evicting the oldest
 * entry of a single Map instead gets slower and slower in JavaScriptCore, which walks over deleted entries.
 */
export class TokenCache<Entry extends object> {
  readonly #generationBytesMax: number;
  #young: Generation<Entry> = newGeneration();
  #old: Generation<Entry> = newGeneration();

  constructor({ bytesMax }: TokenCacheOptions) {
    this.#generationBytesMax = bytesMax / 2;
  }

  /** An entry that is in both generations is counted in both. */
  get bytes(): number {
    return this.#young.bytes + this.#old.bytes;
  }

  has(key: string): boolean {
    return this.find(key) !== undefined;
  }

  /** @param key the token, or a digest of it if tokens may be long */
  find(key: string): Entry | undefined {
    const young = this.#young.tokens.get(key);
    if (young !== undefined) return young.holder?.isInvalidated ? undefined : young.entry;
    const old = this.#old.tokens.get(key);
    if (old === undefined || old.holder?.isInvalidated) return undefined;
    this.#add(key, old);
    return old.entry;
  }

  /** @param userId the token's user; undefined for an admin's token */
  add(key: string, entry: Entry, userId: string | undefined): void {
    this.#add(key, { entry, holder: userId === undefined ? undefined : this.#holderOf(userId) });
  }

  invalidateUser(userId: string): void {
    for (const { holders } of [this.#young, this.#old]) {
      const holder = holders.get(userId);
      if (holder === undefined) continue;
      holder.isInvalidated = true;
      holders.delete(userId);
    }
  }

  clear(): void {
    this.#young = newGeneration();
    this.#old = newGeneration();
  }

  #add(key: string, known: Known<Entry>): void {
    const bytes = this.#young.tokens.has(key) ? 0 : ENTRY_BYTES + key.length;
    if (this.#young.bytes + bytes > this.#generationBytesMax) {
      this.#old = this.#young;
      this.#young = newGeneration();
    }
    this.#young.tokens.set(key, known);
    this.#young.bytes += bytes;
    if (known.holder !== undefined) this.#young.holders.set(known.holder.userId, known.holder);
  }

  /** One holder for all tokens of a user; with several, `invalidateUser` would miss some tokens. */
  #holderOf(userId: string): Holder {
    return this.#young.holders.get(userId) ?? this.#old.holders.get(userId) ?? { userId, isInvalidated: false };
  }
}

/** Shared by all cached tokens of a user: invalidating it invalidates them all, without a list of them. */
interface Holder {
  readonly userId: string;
  isInvalidated: boolean;
}

interface Known<Entry> {
  readonly entry: Entry;
  readonly holder: Holder | undefined;
}

interface Generation<Entry> {
  readonly tokens: Map<string, Known<Entry>>;
  /** By user id; without invalidated ones. */
  readonly holders: Map<string, Holder>;
  bytes: number;
}

function newGeneration<Entry>(): Generation<Entry> {
  return { tokens: new Map(), holders: new Map(), bytes: 0 };
}
