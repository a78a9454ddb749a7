import type { Change, Changes } from "../../core/ports.ts";

/** What is older has been seen by every reader, or a reader has been gone for too long to go on from it. */
const KEPT_MS = 3_600_000;

interface Entry {
  readonly position: number;
  readonly at: number;
  readonly change: Change;
}

/** The changes that servers look for. */
export class Feed {
  #last = 0;
  #entries: readonly Entry[] = [];

  add(change: Change, at: number): void {
    this.#last += 1;
    const kept = this.#entries.filter((entry) => entry.at >= at - KEPT_MS);
    this.#entries = [...kept, { position: this.#last, at, change }];
  }

  since(cursor: number): Changes {
    const changes = this.#entries.filter(({ position }) => position > cursor).map(({ change }) => change);
    return { cursor: this.#last, changes };
  }
}
