import type { Profile } from "./attributes.ts";

/** What has been read, the longest unused thrown out first, and who wants to hear of it. */
export class Profiles {
  /** In the order of their last use. */
  readonly #kept = new Map<string, Profile>();
  readonly #listeners = new Map<string, Set<() => void>>();
  readonly #countMax: number;

  constructor(countMax: number) {
    this.#countMax = countMax;
  }

  peek(user: string): Profile | undefined {
    return this.#kept.get(user);
  }

  /** As `peek`, and counts as a use. */
  use(user: string): Profile | undefined {
    const profile = this.#kept.get(user);
    if (profile !== undefined) {
      this.#kept.delete(user);
      this.#kept.set(user, profile);
    }
    return profile;
  }

  /**
   * Takes what the server has answered, unless something newer has come since; what is known then.
   * @param former what was known when the server was asked; an answer that is older than that is news all the same:
   *   the user was made again
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

  /** Takes it whatever is known. */
  replace(next: Profile): void {
    const { user } = next;
    this.#kept.delete(user);
    this.#kept.set(user, next);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= this.#countMax) break;
      // Whoever is shown stays.
      if (!this.#listeners.has(oldest) && oldest !== user) this.#kept.delete(oldest);
    }
    for (const listener of this.#listeners.get(user) ?? []) listener();
  }

  /** The function returned ends it. */
  subscribe(user: string, listener: () => void): () => void {
    const listeners = this.#listeners.get(user) ?? new Set();
    // A function of one's own each time: the same listener may be added twice.
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
