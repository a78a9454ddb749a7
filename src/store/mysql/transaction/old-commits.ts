/** Nobody asks for a commit for longer than a call may take; the rest is for servers whose clocks differ. */
const KEPT_MS = 600_000;

interface Offset {
  /** When it was seen last, ms that never run backwards. */
  seenMs: number;
  readonly offsetMs: number;
}

/**
 * Up to when commits are too old to be asked for, where the wall clock may be set at any time. Ids carry the wall
 * clock's time: after it was set ahead by an hour, ids of a second ago look an hour old, and a commit whose row is
 * removed too early would be taken for one that never was. So the earliest counts that the clock has said within the
 * time that commits are kept for.
 */
export class OldCommits {
  /** How far the wall clock was ahead of the monotonic one, the smallest first. */
  #offsets: Offset[] = [];

  /** ms since 1970. @param wallMs and @param monotonicMs at present */
  until(wallMs: number, monotonicMs: number): number {
    const offsetMs = wallMs - monotonicMs;
    // Since then nobody has looked: it may have been so until just now.
    const last = this.#offsets.at(-1);
    if (last !== undefined) last.seenMs = monotonicMs;
    const smaller = this.#offsets.filter((each) => each.seenMs > monotonicMs - KEPT_MS && each.offsetMs < offsetMs);
    this.#offsets = [...smaller, { seenMs: monotonicMs, offsetMs }];
    return monotonicMs + (this.#offsets[0]?.offsetMs ?? offsetMs) - KEPT_MS;
  }
}
