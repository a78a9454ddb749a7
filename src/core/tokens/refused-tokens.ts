import { BoundedMap } from "../admission/bounded-map.ts";
import type { App } from "../model.ts";
import type { Clock } from "../ports/system/clock.ts";
import { Refusal, type TokenFault } from "../refusals.ts";
import type { ExternalTokenKind } from "./external-token.ts";

export interface TokenEvents {
  /** An external token was refused. */
  tokenRefused(details: RefusedToken): void;
}

export interface RefusedToken extends TokenFault {
  /** The app's key. */
  readonly app: string;
  readonly kind: ExternalTokenKind;
  /** How many more were refused for the same reason since the last line. */
  readonly more: number;
}

interface Told {
  readonly at: number;
  /** Refused since then. */
  readonly more: number;
}

const TELL_EVERY_MS = 1000;
/** Maximum number of lines per TELL_EVERY_MS, over all apps and reasons. */
const TOLD_MAX = 20;
/** Maximum number of pairs of app and reason; beyond it the least recently used are evicted, with their count. */
const REASONS_MAX = 2000;

/** Reports why tokens are refused, at most once a second for each app, kind and reason, with the number of repetitions. */
export class RefusedTokens {
  readonly #events: TokenEvents;
  readonly #clock: Pick<Clock, "now">;
  readonly #told = new BoundedMap<Told>(REASONS_MAX);
  #window = { from: Number.NEGATIVE_INFINITY, told: 0 };

  constructor(events: TokenEvents, clock: Pick<Clock, "now">) {
    this.#events = events;
    this.#clock = clock;
  }

  /** @param error what `verify` threw; ignored unless it is the refusal of a token */
  refused({ key }: Pick<App, "key">, kind: ExternalTokenKind, error: unknown): void {
    const fault = error instanceof Refusal && "fault" in error.refused ? error.refused.fault : undefined;
    if (fault !== undefined) this.tell({ app: key, kind, ...fault, more: 0 });
  }

  /** Also takes reports of other threads, which carry a count of their own. */
  tell(token: RefusedToken): void {
    const { app, kind, failed, detail } = token;
    const reason = `${app} ${kind} ${failed} ${detail}`;
    const now = this.#clock.now();
    const told = this.#told.get(reason);
    const more = (told?.more ?? 0) + token.more;
    if ((told === undefined || !isLately(told.at, now)) && this.#hasRoom(now)) {
      this.#told.set(reason, { at: now, more: 0 });
      this.#events.tokenRefused({ ...token, more });
    } else this.#told.set(reason, { at: told?.at ?? Number.NEGATIVE_INFINITY, more: more + 1 });
  }

  #hasRoom(now: number): boolean {
    if (!isLately(this.#window.from, now)) this.#window = { from: now, told: 0 };
    if (this.#window.told >= TOLD_MAX) return false;
    this.#window.told += 1;
    return true;
  }
}

/** The wall clock may have been set back. */
function isLately(at: number, now: number): boolean {
  return Math.abs(now - at) < TELL_EVERY_MS;
}
