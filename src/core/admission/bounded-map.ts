/**
 * A map that forgets what was not asked for of late, in two generations: when the young one is full it becomes the old
 * one, and what was old and not asked for since is let go, all at once. Deleting the oldest entry of a single Map
 * instead takes JavaScriptCore ever longer, for it walks over what was deleted.
 */
export class BoundedMap<V> {
  readonly #generationMax: number;
  #young = new Map<string, V>();
  #old = new Map<string, V>();

  /** @param max so many entries are kept at most */
  constructor(max: number) {
    this.#generationMax = Math.ceil(max / 2);
  }

  get(key: string): V | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  set(key: string, value: V): void {
    if (this.#young.size >= this.#generationMax && !this.#young.has(key)) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, value);
  }

  /** In no order. */
  *values(): Generator<V> {
    yield* this.#young.values();
    for (const [key, value] of this.#old) if (!this.#young.has(key)) yield value;
  }

  delete(key: string): void {
    this.#young.delete(key);
    this.#old.delete(key);
  }

  clear(): void {
    this.#young = new Map();
    this.#old = new Map();
  }
}
