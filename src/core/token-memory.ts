/**
 * Tokens that have been found good, so that the next request with one costs a look-up. Two generations: when the
 * young one is full it becomes the old one, and what was old and not asked for since is let go, all at once. Deleting
 * the oldest entry of a single Map instead takes JavaScriptCore ever longer, for it walks over what was deleted.
 */
export class TokenMemory<Entry extends object> {
  readonly #generationMax: number;
  #young: Generation<Entry> = newGeneration();
  #old: Generation<Entry> = newGeneration();

  /** @param generationMax tokens of one generation; twice as many are remembered at most */
  constructor(generationMax: number) {
    this.#generationMax = generationMax;
  }

  has(token: string): boolean {
    return this.find(token) !== undefined;
  }

  find(token: string): Entry | undefined {
    const young = this.#young.tokens.get(token);
    if (young !== undefined) return young.holder?.isForgotten ? undefined : young.entry;
    const old = this.#old.tokens.get(token);
    if (old === undefined || old.holder?.isForgotten) return undefined;
    this.#add(token, old);
    return old.entry;
  }

  /** @param userId whose token it is; undefined for one that is no user's */
  add(token: string, entry: Entry, userId: string | undefined): void {
    this.#add(token, { entry, holder: userId === undefined ? undefined : this.#holderOf(userId) });
  }

  forgetUser(userId: string): void {
    for (const { holders } of [this.#young, this.#old]) {
      const holder = holders.get(userId);
      if (holder === undefined) continue;
      holder.isForgotten = true;
      holders.delete(userId);
    }
  }

  clear(): void {
    this.#young = newGeneration();
    this.#old = newGeneration();
  }

  #add(token: string, known: Known<Entry>): void {
    if (this.#young.tokens.size >= this.#generationMax) {
      this.#old = this.#young;
      this.#young = newGeneration();
    }
    this.#young.tokens.set(token, known);
    if (known.holder !== undefined) this.#young.holders.set(known.holder.userId, known.holder);
  }

  /** One for all tokens of a user: otherwise some would be remembered when he is forgotten. */
  #holderOf(userId: string): Holder {
    return this.#young.holders.get(userId) ?? this.#old.holders.get(userId) ?? { userId, isForgotten: false };
  }
}

/** What the tokens of one user have in common; forgetting it forgets them all, without a list of them. */
interface Holder {
  readonly userId: string;
  isForgotten: boolean;
}

interface Known<Entry> {
  readonly entry: Entry;
  readonly holder: Holder | undefined;
}

interface Generation<Entry> {
  readonly tokens: Map<string, Known<Entry>>;
  /** Of all tokens above that are not forgotten. */
  readonly holders: Map<string, Holder>;
}

function newGeneration<Entry>(): Generation<Entry> {
  return { tokens: new Map(), holders: new Map() };
}
