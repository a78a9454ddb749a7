import type { Profile } from "./attributes.ts";

/** A cache of profiles, least recently used evicted first, and the listeners to its changes. */
export class Profiles {
  /** In order of last use. */
  readonly #kept = new Map<string, Profile>();
  readonly #listeners = new Map<string, Set<() => void>>();
  readonly #countMax: number;

  constructor(countMax: number) {
    this.#countMax = countMax;
  }

  peek(user: string): Profile | undefined {
    return this.#kept.get(user);
  }

  /** As `peek`, but counts as a use. */
  use(user: string): Profile | undefined {
    const profile = this.#kept.get(user);
    if (profile !== undefined) {
      this.#kept.delete(user);
      this.#kept.set(user, profile);
    }
    return profile;
  }

  /**
   * Stores an answer of the server, unless a newer one is stored already. Returns the profile that is stored then.
   *
   * @param former the profile at the time of the request. An answer with an older version than this one is stored all the
   *   same: the user was deleted and created again
   */
  take(next: Profile, former: Profile | undefined): Profile {
    const { user } = next;
    const present = this.#kept.get(user);
    if (present === next) return next;
    if (present !== undefined && present !== former && present.lastModified > next.lastModified) return present;
    if (present?.lastModified === next.lastModified && (next.etag === undefined || present.etag !== undefined))
      return present;
    this.replace(next);
    return next;
  }

  /** Stores the profile unconditionally. */
  replace(next: Profile): void {
    const { user } = next;
    this.#kept.delete(user);
    this.#kept.set(user, next);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= this.#countMax) break;
      // Profiles with listeners are never evicted.
      if (!this.#listeners.has(oldest) && oldest !== user) this.#kept.delete(oldest);
    }
    for (const listener of this.#listeners.get(user) ?? []) listener();
  }

  /** The function returned ends the subscription. */
  subscribe(user: string, listener: () => void): () => void {
    const listeners = this.#listeners.get(user) ?? new Set();
    // A new function each time, so that the same listener can be added twice.
    const own = (): void => listener();
    this.#listeners.set(user, listeners.add(own));
    return () => {
      listeners.delete(own);
      if (listeners.size === 0 && this.#listeners.get(user) === listeners) this.#listeners.delete(user);
    };
  }

  subscribed(): string[] {
    return [...this.#listeners.keys()];
  }
}
