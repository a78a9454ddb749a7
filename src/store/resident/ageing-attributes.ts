import type { UserName } from "../../core/model.ts";
import type { StoredAttributes, StoredVersion } from "../../core/ports.ts";
import { placeOf } from "./place.ts";
import { Slab } from "./slab.ts";
import type { Stamps } from "./stamps.ts";

/** Taken before a read is sent: what it brings may be kept only if nothing has changed here since. */
export interface Ticket {
  readonly place: number;
  readonly stamp: number;
  /** Whole ms of this thread's own clock. */
  readonly at: number;
}

/**
 * One thread's copies of attributes that other processes may change at any time: none is used for longer than the
 * operator allows. What this process itself has changed is never answered from a copy of before.
 */
export class AgeingAttributes {
  readonly #slab: Slab;
  readonly #ageMaxMs: number;
  readonly #stamps: Stamps;
  #since: number;

  constructor(bytesMax: number, ageMaxMs: number, stamps: Stamps) {
    this.#slab = new Slab(bytesMax);
    this.#ageMaxMs = ageMaxMs;
    this.#stamps = stamps;
    this.#since = stamps.ofAll();
  }

  find(app: number, name: UserName): StoredAttributes | undefined {
    this.#follow();
    const place = placeOf(app, name);
    return this.#slab.find(place, app, name, this.#stamps.of(place), this.#notBefore());
  }

  findVersion(app: number, name: UserName): StoredVersion | undefined {
    this.#follow();
    const place = placeOf(app, name);
    return this.#slab.findVersion(place, app, name, this.#stamps.of(place), this.#notBefore());
  }

  findModified(app: number, name: UserName): number | undefined {
    this.#follow();
    const place = placeOf(app, name);
    return this.#slab.findModified(place, app, name, this.#stamps.of(place), this.#notBefore());
  }

  ticket(app: number, name: UserName): Ticket {
    const place = placeOf(app, name);
    return { place, stamp: this.#stamps.of(place), at: Math.floor(performance.now()) };
  }

  /** Adds what a read has brought that was sent after the ticket was taken. */
  add(app: number, name: UserName, { place, stamp, at }: Ticket, attributes: StoredAttributes): void {
    this.#follow();
    if (this.#stamps.of(place) === stamp) this.#slab.add(place, app, name, stamp, attributes, at);
  }

  /** After a change of a user, or one that may have been: no copy of before is used again. */
  forget(app: number, name: UserName): void {
    this.#stamps.touch(placeOf(app, name));
  }

  /** As `forget`, and adds what is there now; `at` = when the write began. */
  replace(app: number, name: UserName, at: number, attributes: StoredAttributes): void {
    const place = placeOf(app, name);
    const stamp = this.#stamps.touch(place);
    this.add(app, name, { place, stamp, at }, attributes);
  }

  forgetAll(): void {
    this.#stamps.touchAll();
  }

  #notBefore(): number {
    return Math.ceil(performance.now() - this.#ageMaxMs);
  }

  #follow(): void {
    const all = this.#stamps.ofAll();
    if (all === this.#since) return;
    this.#slab.clear();
    this.#since = all;
  }
}
