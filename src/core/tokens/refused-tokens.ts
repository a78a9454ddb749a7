import { BoundedMap } from "../admission/bounded-map.ts";
import type { App } from "../model.ts";
import type { Clock } from "../ports.ts";
import { Refusal, type TokenFault } from "../refusals.ts";
import type { ExternalTokenKind } from "./external-token.ts";

export interface TokenEvents {
  /** A token of somebody else's making was refused. */
  tokenRefused(details: RefusedToken): void;
}

export interface RefusedToken extends TokenFault {
  /** The app's key. */
  readonly app: string;
  readonly kind: ExternalTokenKind;
  /** So many more were refused for the same reason since this was last told. */
  readonly more: number;
}

interface Told {
  readonly at: number;
  /** Since then. */
  readonly more: number;
}

const TELL_EVERY_MS = 1000;
/** Of all apps and reasons together, in so long: more lines than that nobody reads. */
const TOLD_MAX = 20;
/** Apps and reasons; beyond it those that have not come of late are forgotten, with their count. */
const REASONS_MAX = 2000;

/** Tells the operator why tokens are refused: once a second for an app, a kind and a reason, however many there are. */
export class RefusedTokens {
  readonly #events: TokenEvents;
  readonly #clock: Pick<Clock, "now">;
  readonly #told = new BoundedMap<Told>(REASONS_MAX);
  #window = { from: Number.NEGATIVE_INFINITY, told: 0 };

  constructor(events: TokenEvents, clock: Pick<Clock, "now">) {
    this.#events = events;
    this.#clock = clock;
  }

  /** @param error what was thrown; anything but a token's refusal is another's to tell */
  refused({ key }: Pick<App, "key">, kind: ExternalTokenKind, error: unknown): void {
    const fault = error instanceof Refusal && "fault" in error.refused ? error.refused.fault : undefined;
    if (fault !== undefined) this.tell({ app: key, kind, ...fault, more: 0 });
  }

  /** Also of what another thread has told in this way. */
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
