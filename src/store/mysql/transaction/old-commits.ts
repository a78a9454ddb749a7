/** No call looks up a commit for longer than its timeout; the rest allows for clocks that differ between servers. */
const KEPT_MS = 600_000;

interface Offset {
  /** When this offset was last seen, in monotonic ms. */
  seenMs: number;
  readonly offsetMs: number;
}

/**
 * The time up to which commits are too old to be looked up, safe against changes of the wall clock. Ids carry the wall
 * clock's time: after it is set ahead by an hour, ids of a second ago look an hour old, and a commit whose row is
 * removed too early would count as never made. So the smallest offset within the retention time counts.
 */
export class OldCommits {
  /** Offsets of the wall clock from the monotonic one, the smallest first. */
  #offsets: Offset[] = [];

  /** Returns ms since 1970. @param wallMs and @param monotonicMs now */
  until(wallMs: number, monotonicMs: number): number {
    const offsetMs = wallMs - monotonicMs;
    // There was no call since: the last offset may have held until just now.
    const last = this.#offsets.at(-1);
    if (last !== undefined) last.seenMs = monotonicMs;
    const smaller = this.#offsets.filter((each) => each.seenMs > monotonicMs - KEPT_MS && each.offsetMs < offsetMs);
    this.#offsets = [...smaller, { seenMs: monotonicMs, offsetMs }];
    return monotonicMs + (this.#offsets[0]?.offsetMs ?? offsetMs) - KEPT_MS;
  }
}
