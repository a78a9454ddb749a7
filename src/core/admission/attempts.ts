import type { Timers } from "../ports.ts";
import { Refusal } from "../refusals.ts";
import type { Asker } from "./asker.ts";
import { BoundedMap } from "./bounded-map.ts";
import { RecentCount } from "./recent-count.ts";
import type { Resource } from "./resources.ts";

/**
 * Attempts to get in that may fail: log-ins, tokens that another service must verify. An attempt is charged when it
 * arrives and given back only when it succeeds, so that many at once are no way around the limits:
 *
 * - ACCOUNT_FAILURES_MAX failures of one account from one address within a minute: further ones are refused, with a
 *   wait that doubles with each up to a minute; after it, one is let through.
 * - ADDRESS_FAILURES_MAX failures of an address within a minute: it is held to one attempt a second. It is a large
 *   number, because a carrier's address stands for thousands of people.
 * - SPREAD_FAILURES_MAX failures of one account from anywhere within a minute: addresses that never logged in to it are
 *   held to one attempt a second together. Its owner comes from one that did.
 */
export interface Attempts {
  /** Before any work is done for it. Refuses with `rate_exceeded`. */
  begin(asker: Asker, options?: AttemptOptions): Promise<Attempt>;
}

export interface AttemptOptions {
  /** Failures from elsewhere do not count: for secrets that are random, which many addresses guess no sooner. */
  readonly ownAddressOnly?: boolean;
}

/** One that was let through; one of the three must be called, once. */
export interface Attempt {
  succeeded(): void;
  failed(): void;
  /** It came to no end, for want of room or by a fault: it still counts for the address. */
  abandoned(): void;
}

export interface AttemptsOptions {
  readonly resource: Resource;
  readonly timers: Timers;
}

export const ACCOUNT_FAILURES_MAX = 5;
export const ADDRESS_FAILURES_MAX = 100;
export const SPREAD_FAILURES_MAX = 20;

const WINDOW_MS = 60_000;
const HELD_TO_MS = 1000;
const FIRST_WAIT_MS = 1000;
const WAIT_MAX_MS = 60_000;
/** Attempts of one account from one address that wait for those under way to end, and for how long. */
const WAITING_MAX = 16;
const WAITING_MS = 2000;
/** Addresses, accounts and pairs of them that are remembered; about 200 bytes each. */
const REMEMBERED_MAX = 50_000;

/** One account, from one address. */
interface Pair {
  /** When its latest failures were, ms. */
  failures: number[];
  underWay: number;
  readonly waiting: (() => void)[];
  /** While there are too many failures, none is let through before this; Infinity: not before one was refused. */
  untilMs: number;
  /** What the last one that was refused was told to wait; 0 = none was. */
  waitMs: number;
}

/** An address, or an account as all addresses that never logged in to it find it. */
interface Group {
  readonly recent: RecentCount;
  nextAtMs: number;
}

interface Charge {
  /** It was no failure. */
  release(): void;
  /** It was no attempt. */
  undo(): void;
}

export function createAttempts({ timers }: AttemptsOptions): Attempts {
  const pairs = new BoundedMap<Pair>(REMEMBERED_MAX);
  const addresses = new BoundedMap<Group>(REMEMBERED_MAX);
  const accounts = new BoundedMap<Group>(REMEMBERED_MAX);
  /** Pairs that have logged in. */
  const proven = new BoundedMap<true>(REMEMBERED_MAX);

  /**
   * Charges an attempt, or refuses it where one was let through less than HELD_TO_MS ago and there are too many failures.
   */
  function charge(group: Group, failuresMax: number): Charge {
    const nowMs = timers.nowMs();
    const { nextAtMs } = group;
    const laterMs = nowMs + HELD_TO_MS;
    if (group.recent.value(nowMs) >= failuresMax) {
      if (nowMs < nextAtMs) throw exceeded(nextAtMs - nowMs);
      group.nextAtMs = laterMs;
    }
    group.recent.add(nowMs);
    const release = (): void => group.recent.remove(timers.nowMs());
    return {
      release,
      undo() {
        release();
        if (group.nextAtMs === laterMs) group.nextAtMs = nextAtMs;
      },
    };
  }

  /** "wait": the attempts under way decide whether there may be another. */
  function judgePair(pair: Pair, hasWaited: boolean): "pass" | "wait" {
    const nowMs = timers.nowMs();
    pair.failures = pair.failures.filter((at) => at > nowMs - WINDOW_MS);
    if (pair.failures.length < ACCOUNT_FAILURES_MAX) {
      pair.waitMs = 0;
      return pair.failures.length + pair.underWay < ACCOUNT_FAILURES_MAX ? "pass" : "wait";
    }
    // Not refused for ever to one who shares an address with a guesser: each failure is over after a minute.
    if (pair.underWay === 0 && nowMs >= pair.untilMs) return "pass";
    // Those that have waited came before there were too many: one wait is for all of them.
    if (!hasWaited || pair.untilMs === Number.POSITIVE_INFINITY) {
      pair.waitMs = Math.min(WAIT_MAX_MS, pair.waitMs === 0 ? FIRST_WAIT_MS : pair.waitMs * 2);
      pair.untilMs = nowMs + pair.waitMs;
    }
    throw exceeded(pair.untilMs - nowMs);
  }

  async function enterPair(pair: Pair): Promise<void> {
    const endsAtMs = timers.nowMs() + WAITING_MS;
    for (let hasWaited = false; judgePair(pair, hasWaited) === "wait"; hasWaited = true) {
      if (pair.waiting.length >= WAITING_MAX || timers.nowMs() > endsAtMs) throw exceeded(HELD_TO_MS);
      const { promise, resolve } = Promise.withResolvers<void>();
      pair.waiting.push(resolve);
      await promise;
    }
  }

  return {
    async begin({ address, account }, { ownAddressOnly = false } = {}) {
      // Charged from here on, whatever becomes of it.
      const ofAddress = charge(groupIn(addresses, address), ADDRESS_FAILURES_MAX);
      if (account === undefined) return { succeeded: ofAddress.release, failed() {}, abandoned() {} };

      const key = `${address} ${account}`;
      const pair = pairIn(pairs, key);
      const isKnownThere = ownAddressOnly || proven.get(key) !== undefined;
      let ofAccount: Charge | undefined;
      try {
        await enterPair(pair);
        if (!isKnownThere) ofAccount = charge(groupIn(accounts, account), SPREAD_FAILURES_MAX);
      } catch (error) {
        // What is refused here tells nothing about a password: it is no failure, and takes no other's turn.
        ofAddress.undo();
        throw error;
      }
      pair.underWay += 1;
      const end = (): void => {
        pair.underWay -= 1;
        // All of them: one that is refused now wakes no other.
        for (const wake of pair.waiting.splice(0)) wake();
      };
      return {
        succeeded() {
          ofAddress.release();
          ofAccount?.release();
          pair.failures = [];
          proven.set(key, true);
          end();
        },
        failed() {
          pair.failures = [...pair.failures, timers.nowMs()].slice(-ACCOUNT_FAILURES_MAX);
          pair.untilMs = Number.POSITIVE_INFINITY;
          end();
        },
        abandoned() {
          ofAccount?.release();
          end();
        },
      };
    },
  };
}

function groupIn(map: BoundedMap<Group>, key: string): Group {
  const known = map.get(key);
  if (known !== undefined) return known;
  const group: Group = { recent: new RecentCount(WINDOW_MS), nextAtMs: 0 };
  map.set(key, group);
  return group;
}

function pairIn(map: BoundedMap<Pair>, key: string): Pair {
  const known = map.get(key);
  if (known !== undefined) return known;
  const pair: Pair = { failures: [], underWay: 0, waiting: [], untilMs: Number.POSITIVE_INFINITY, waitMs: 0 };
  map.set(key, pair);
  return pair;
}

/** In whole ms: a difference of two times that is 2000.0000001 is not to become three seconds. */
function exceeded(retryAfterMs: number): Refusal {
  return new Refusal({ code: "rate_exceeded", retryAfterMs: Math.round(retryAfterMs), rateLimit: undefined });
}
