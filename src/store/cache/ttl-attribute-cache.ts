import type { UserName } from "../../core/model.ts";
import type { StoredAttributes, StoredVersion } from "../../core/ports.ts";
import { keyHash } from "./key-hash.ts";
import { RingCache } from "./ring-cache.ts";
import type { VersionStamps } from "./version-stamps.ts";

/** Taken before a read is sent: what it brings may be kept only if nothing has changed here since. */
export interface FillToken {
  readonly hash: number;
  readonly stamp: number;
  /** Whole ms of this thread's own clock. */
  readonly at: number;
}

/**
 * One thread's copies of attributes that other processes may change at any time: none is used for longer than the
 * operator allows. What this process itself has changed is never answered from a copy of before.
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

  /** Adds what a read has brought that was sent after the ticket was taken. */
  add(app: number, name: UserName, { hash, stamp, at }: FillToken, attributes: StoredAttributes): void {
    this.#follow();
    if (this.#stamps.of(hash) === stamp) this.#entries.add(hash, app, name, stamp, attributes, at);
  }

  /** After a change of a user, or one that may have been: no copy of before is used again. */
  invalidate(app: number, name: UserName): void {
    this.#stamps.touch(keyHash(app, name));
  }

  /** As `forget`, and adds what is there now; `at` = when the write began. */
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
