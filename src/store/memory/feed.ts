import type { Change, FeedPage } from "../../core/ports.ts";

/** What is older has been seen by every reader, or a reader has been gone for too long to go on from it. */
const KEPT_MS = 3_600_000;
/** The last ones stay, however old they look: a clock that is set ahead must take none from those who have yet to look. */
const ENTRIES_KEPT = 1000;

interface Entry {
  readonly at: number;
  readonly change: Change;
}

/** The changes that servers look for. A change's position is the number of changes until then, itself included. */
export class Feed {
  readonly #entries: Entry[] = [];
  /** How many came before the entries that are kept. */
  #forgotten = 0;

  add(change: Change, at: number): void {
    this.#entries.push({ at, change });
    // From the front only: looking through all of them would make every change cost what the hour has held.
    const inTime = this.#entries.findIndex((entry) => entry.at >= at - KEPT_MS);
    const kept = Math.min(inTime, this.#entries.length - ENTRIES_KEPT);
    if (kept <= 0) return;
    this.#entries.splice(0, kept);
    this.#forgotten += kept;
  }

  /** How many there were, ever. */
  get count(): number {
    return this.#forgotten + this.#entries.length;
  }

  since(cursor: number): FeedPage {
    const changes = this.#entries.slice(Math.max(0, cursor - this.#forgotten)).map(({ change }) => change);
    return { cursor: this.count, changes };
  }
}
