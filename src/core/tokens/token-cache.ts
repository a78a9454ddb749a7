import type { Resource } from "../admission/resources.ts";

export interface TokenCacheOptions {
  readonly resource: Resource;
  /** Of all that is remembered, as `bytes` counts it. */
  readonly bytesMax: number;
}

/**
 * What an entry takes beside its key: itself with its caller and names, its places in two maps, its user's holder.
 * Measured with names of 12 characters; a name may have 64.
 */
export const ENTRY_BYTES = 512;

/**
 * Tokens that have been found good, so that the next request with one costs a look-up. Two generations: when the
 * young one is full it becomes the old one, and what was old and not asked for since is let go, all at once. Deleting
 * the oldest entry of a single Map instead takes JavaScriptCore ever longer, for it walks over what was deleted.
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

  /** @param key a token, or what stands for it; where there may be long ones, a digest */
  find(key: string): Entry | undefined {
    const young = this.#young.tokens.get(key);
    if (young !== undefined) return young.holder?.isInvalidated ? undefined : young.entry;
    const old = this.#old.tokens.get(key);
    if (old === undefined || old.holder?.isInvalidated) return undefined;
    this.#add(key, old);
    return old.entry;
  }

  /** @param userId whose token it is; undefined for one that is no user's */
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

  /** One for all tokens of a user: otherwise some would be remembered when the user is forgotten. */
  #holderOf(userId: string): Holder {
    return this.#young.holders.get(userId) ?? this.#old.holders.get(userId) ?? { userId, isInvalidated: false };
  }
}

/** What the tokens of one user have in common; forgetting it forgets them all, without a list of them. */
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
  /** Of all tokens above that are not forgotten. */
  readonly holders: Map<string, Holder>;
  bytes: number;
}

function newGeneration<Entry>(): Generation<Entry> {
  return { tokens: new Map(), holders: new Map(), bytes: 0 };
}
