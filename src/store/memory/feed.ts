import type { Change, FeedPage } from "../../core/ports/change-feed.ts";

/** Every reader has seen older changes, or has been away too long to continue from them. */
const KEPT_MS = 3_600_000;
/** The last ones are kept at any age: setting the clock ahead must not remove changes that readers have not seen. */
const ENTRIES_KEPT = 1000;

interface Entry {
  readonly at: number;
  readonly change: Change;
}

/** The change feed. A change's position is the number of changes up to and including it. */
export class Feed {
  readonly #entries: Entry[] = [];
  /** The number of entries removed. */
  #removedCount = 0;

  add(change: Change, at: number): void {
    this.#entries.push({ at, change });
    // Search from the front only: scanning all entries would make every change cost an hour's worth.
    const inTime = this.#entries.findIndex((entry) => entry.at >= at - KEPT_MS);
    const kept = Math.min(inTime, this.#entries.length - ENTRIES_KEPT);
    if (kept <= 0) return;
    this.#entries.splice(0, kept);
    this.#removedCount += kept;
  }

  /** The number of changes ever. */
  get count(): number {
    return this.#removedCount + this.#entries.length;
  }

  since(cursor: number): FeedPage {
    const changes = this.#entries.slice(Math.max(0, cursor - this.#removedCount)).map(({ change }) => change);
    return { cursor: this.count, changes };
  }
}
