import type { UserName } from "../../core/model.ts";
import type { StoredAttributes, StoredVersion } from "../../core/ports/attribute-store.ts";
import { keyHash } from "./key-hash.ts";
import { RingCache } from "./ring-cache.ts";
import type { VersionStamps } from "./version-stamps.ts";

/**
 * Taken before a read is sent. The result of the read is cached only if the user was not invalidated since, as with the
 * lease tokens of memcached.
 */
export interface FillToken {
  readonly hash: number;
  readonly stamp: number;
  /** Whole ms of this thread's `performance.now()`. */
  readonly at: number;
}

/**
 * A TTL cache of attributes that other processes may change at any time: bounded staleness. No copy is used for longer
 * than the operator allows. A change by this process invalidates its copies on all threads.
 */
export class TtlAttributeCache {
  readonly #entries: RingCache;
  readonly #ageMaxMs: number;
  readonly #stamps: VersionStamps;
  #since: number;

  constructor(bytesMax: number, ageMaxMs: number, stamps: VersionStamps) {
    this.#entries = new RingCache(bytesMax);
    this.#ageMaxMs = ageMaxMs;
    this.#stamps = stamps;
    this.#since = stamps.ofAll();
  }

  find(app: number, name: UserName): StoredAttributes | undefined {
    this.#follow();
    const hash = keyHash(app, name);
    return this.#entries.find(hash, app, name, this.#stamps.of(hash), this.#oldestAllowed());
  }

  findVersion(app: number, name: UserName): StoredVersion | undefined {
    this.#follow();
    const hash = keyHash(app, name);
    return this.#entries.findVersion(hash, app, name, this.#stamps.of(hash), this.#oldestAllowed());
  }

  findModified(app: number, name: UserName): number | undefined {
    this.#follow();
    const hash = keyHash(app, name);
    return this.#entries.findModified(hash, app, name, this.#stamps.of(hash), this.#oldestAllowed());
  }

  fillToken(app: number, name: UserName): FillToken {
    const hash = keyHash(app, name);
    return { hash, stamp: this.#stamps.of(hash), at: Math.floor(performance.now()) };
  }

  /** Adds the result of a read that was sent after the token was taken. */
  add(app: number, name: UserName, { hash, stamp, at }: FillToken, attributes: StoredAttributes): void {
    this.#follow();
    if (this.#stamps.of(hash) === stamp) this.#entries.add(hash, app, name, stamp, attributes, at);
  }

  /** Invalidates a user after a change, or after a change with an unknown outcome. */
  invalidate(app: number, name: UserName): void {
    this.#stamps.touch(keyHash(app, name));
  }

  /** Invalidates a user and adds the new attributes. @param at when the write began */
  replace(app: number, name: UserName, at: number, attributes: StoredAttributes): void {
    const hash = keyHash(app, name);
    const stamp = this.#stamps.touch(hash);
    this.add(app, name, { hash, stamp, at }, attributes);
  }

  invalidateAll(): void {
    this.#stamps.touchAll();
  }

  #oldestAllowed(): number {
    return Math.ceil(performance.now() - this.#ageMaxMs);
  }

  #follow(): void {
    const all = this.#stamps.ofAll();
    if (all === this.#since) return;
    this.#entries.clear();
    this.#since = all;
  }
}
