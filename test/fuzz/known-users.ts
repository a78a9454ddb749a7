import { userName } from "../../src/core/model.ts";
import { Fault } from "./fault.ts";

export type Attributes = ReadonlyMap<string, string>;

/** What earlier answers prove about a user; undefined: nothing certain. */
export interface KnownUser {
  attributes: Attributes | undefined;
  etag: string | undefined;
  modified: number | undefined;
  /** All ETags ever seen. */
  readonly tags: Set<string>;
  /** An ETag that is no longer current. */
  stale: string | undefined;
}

export interface Told {
  readonly attributes: Attributes;
  readonly etag?: string | undefined;
  readonly modified?: number | undefined;
}

/** The users of one app, as known from answers. */
export class KnownUsers {
  readonly #users = new Map<string, KnownUser>();
  readonly #require: ((attributes: Attributes) => void) | undefined;
  /** Users that an external token may have created. */
  readonly maybe = new Set<string>();
  /** False: there may be other users, and some of these may be gone. */
  isComplete = true;

  /** @param require throws for attributes that the app cannot have */
  constructor(require?: (attributes: Attributes) => void) {
    this.#require = require;
  }

  get names(): readonly string[] {
    return [...this.#users.keys()];
  }

  get(name: string | undefined): KnownUser | undefined {
    return name === undefined ? undefined : this.#users.get(name);
  }

  /** Undefined: the attributes are not completely known. */
  get bytes(): number | undefined {
    let sum = 0;
    for (const { attributes } of this.#users.values()) {
      if (attributes === undefined || !this.isComplete) return undefined;
      sum += bytesOf(attributes);
    }
    return this.maybe.size > 0 ? undefined : sum;
  }

  made(name: string): void {
    this.#users.set(name, {
      attributes: new Map(),
      etag: undefined,
      modified: undefined,
      tags: new Set(),
      stale: undefined,
    });
  }

  removed(name: string): void {
    this.#users.delete(name);
  }

  clear(): void {
    this.#users.clear();
    this.maybe.clear();
    this.isComplete = true;
  }

  /** Call after a request with unknown outcome. */
  forget(): void {
    this.isComplete = false;
    for (const name of this.names) this.forgetAttributes(name);
  }

  forgetAttributes(name: string): void {
    const user = this.#users.get(name);
    if (user === undefined) return;
    if (user.etag !== undefined) user.stale = user.etag;
    user.attributes = undefined;
    user.etag = undefined;
    user.modified = undefined;
  }

  /** Records what an answer says about stored attributes. @param mayChange the call is a write */
  hear(spelling: string, told: Told, mayChange: boolean): void {
    const name = userName(spelling);
    if (name === undefined) throw new Fault(`attributes of ${JSON.stringify(spelling)}, which is no name`);
    this.#require?.(told.attributes);
    if (!this.#users.has(name)) {
      if (this.isComplete && !this.maybe.has(name))
        throw new Fault(`attributes of ${name}, a user that does not exist`);
      this.made(name);
      this.forgetAttributes(name);
    }
    const user = this.#users.get(name);
    if (user === undefined) return;
    const isSame = user.attributes === undefined ? undefined : isEqual(user.attributes, told.attributes);
    if (isSame === false && !mayChange) {
      throw new Fault(`${name} has ${shown(told.attributes)}, and was told to have ${shown(user.attributes)}`);
    }
    if (isSame !== undefined) compareVersions(name, user, told, isSame);
    if (isSame === false && user.etag !== undefined) user.stale = user.etag;
    user.attributes = told.attributes;
    if (told.etag !== undefined) user.tags.add(told.etag);
    user.etag = told.etag ?? (isSame ? user.etag : undefined);
    user.modified = told.modified ?? (isSame ? user.modified : undefined);
  }
}

function compareVersions(name: string, user: KnownUser, told: Told, isSame: boolean): void {
  if (told.etag !== undefined && user.etag !== undefined && isSame && told.etag !== user.etag) {
    throw new Fault(`the ETag of ${name} was ${user.etag} and is ${told.etag}, though nothing has changed`);
  }
  if (told.etag !== undefined && !isSame && user.tags.has(told.etag)) {
    throw new Fault(`the ETag ${told.etag} of ${name} was that of other attributes`);
  }
  if (told.modified === undefined || user.modified === undefined) return;
  if (isSame ? told.modified !== user.modified : told.modified <= user.modified) {
    throw new Fault(
      `lastModified of ${name} was ${user.modified} and is ${told.modified}; the attributes are ${isSame ? "the same" : "others"}`,
    );
  }
}

export function bytesOf(attributes: Attributes): number {
  let sum = 0;
  for (const [key, value] of attributes) sum += Buffer.byteLength(key) + Buffer.byteLength(value);
  return sum;
}

export function isEqual(a: Attributes, b: Attributes): boolean {
  return a.size === b.size && [...a].every(([key, value]) => b.get(key) === value);
}

/** Applies changes to attributes; an empty value removes its key. */
export function merged(before: Attributes, pairs: readonly (readonly [string, string])[]): Attributes {
  const after = new Map(before);
  for (const [key, value] of new Map(pairs)) {
    if (value === "") after.delete(key);
    else after.set(key, value);
  }
  return after;
}

export function shown(attributes: Attributes | undefined): string {
  return JSON.stringify([...(attributes ?? [])].sort()).slice(0, 300);
}
