/**
 * A map of bounded size that evicts entries not used recently: an approximate LRU of two generations. When the young
 * generation is full it becomes the old one, and the previous old one is evicted as a whole; a hit moves an entry to the
 * young generation. Evicting the oldest entry of a single Map instead gets slower and slower in JavaScriptCore, which
 * walks over deleted entries.
 */
export class BoundedMap<V> {
  readonly #generationMax: number;
  #young = new Map<string, V>();
  #old = new Map<string, V>();

  /** @param max maximum number of entries */
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

  /** In no particular order. */
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
