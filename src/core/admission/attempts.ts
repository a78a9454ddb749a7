import type { Timers } from "../ports/system/timers.ts";
import { Refusal } from "../refusals.ts";
import type { Asker } from "./asker.ts";
import { BoundedMap } from "./bounded-map.ts";
import { RecentCount } from "./recent-count.ts";
import type { Resource } from "./resources.ts";

/**
 * Rate limits for failed authentication: log-ins, and tokens that another service must verify. An attempt is charged when
 * it starts and refunded only if it succeeds, so concurrent attempts cannot get around the limits:
 *
 * - ACCOUNT_FAILURES_MAX failures of one account from one address within a minute: further attempts are refused, with a
 *   wait that doubles each time, up to a minute. After the wait one attempt is allowed.
 * - ADDRESS_FAILURES_MAX failures from one address within a minute: the address is limited to one attempt per second. The
 *   number is large, because thousands of people may share a carrier's address.
 * - SPREAD_FAILURES_MAX failures of one account from all addresses within a minute: addresses that never logged in to the
 *   account are together limited to one attempt per second. The account's owner uses an address that did.
 */
export interface Attempts {
  /** Call before any work is done for the attempt. Refuses with `rate_exceeded`. */
  begin(asker: Asker, options?: AttemptOptions): Promise<Attempt>;
}

export interface AttemptOptions {
  /** Ignores failures from other addresses: for random secrets, which more addresses do not help to guess. */
  readonly ownAddressOnly?: boolean;
}

/** An attempt that was allowed. Call exactly one of the methods, once. */
export interface Attempt {
  succeeded(): void;
  failed(): void;
  /** The attempt has no result, because of overload or a fault. It still counts for the address. */
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
const LIMITED_TO_MS = 1000;
const FIRST_WAIT_MS = 1000;
const WAIT_MAX_MS = 60_000;
/** Maximum number of attempts of one account from one address that wait for those in flight, and their maximum wait. */
const WAITING_MAX = 16;
const WAITING_MS = 2000;
/** Maximum entries of each map of addresses, accounts and pairs; about 200 bytes each. */
const REMEMBERED_MAX = 50_000;

/** One account, tried from one address. */
interface Pair {
  /** Times of the latest failures, ms. */
  failures: number[];
  inFlight: number;
  readonly waiting: (() => void)[];
  /** With too many failures, the time before which no attempt is allowed. Infinity: set by the next refusal. */
  untilMs: number;
  /** The wait of the last refusal, ms; 0 = none yet. */
  waitMs: number;
}

/** The failures of an address, or those of an account from addresses that never logged in to it. */
interface Group {
  readonly recent: RecentCount;
  nextAtMs: number;
}

interface Charge {
  /** Removes the attempt from the failures. */
  release(): void;
  /** As `release`, and lets the next attempt start as if this one had not been made. */
  undo(): void;
}

export function createAttempts({ timers }: AttemptsOptions): Attempts {
  const pairs = new BoundedMap<Pair>(REMEMBERED_MAX);
  const addresses = new BoundedMap<Group>(REMEMBERED_MAX);
  const accounts = new BoundedMap<Group>(REMEMBERED_MAX);
  /** Pairs with a successful log-in. */
  const proven = new BoundedMap<true>(REMEMBERED_MAX);

  /** Charges an attempt. With too many failures, refuses it if another one was allowed less than LIMITED_TO_MS ago. */
  function charge(group: Group, failuresMax: number): Charge {
    const nowMs = timers.nowMs();
    const { nextAtMs } = group;
    const laterMs = nowMs + LIMITED_TO_MS;
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

  /** "wait": the attempts in flight decide whether another one is allowed. */
  function checkPair(pair: Pair, hasWaited: boolean): "pass" | "wait" {
    const nowMs = timers.nowMs();
    pair.failures = pair.failures.filter((at) => at > nowMs - WINDOW_MS);
    if (pair.failures.length < ACCOUNT_FAILURES_MAX) {
      pair.waitMs = 0;
      return pair.failures.length + pair.inFlight < ACCOUNT_FAILURES_MAX ? "pass" : "wait";
    }
    // Each failure expires after a minute: a user who shares an address with an attacker is not locked out for ever.
    if (pair.inFlight === 0 && nowMs >= pair.untilMs) return "pass";
    // Attempts that waited here started before there were too many failures: they share one wait.
    if (!hasWaited || pair.untilMs === Number.POSITIVE_INFINITY) {
      pair.waitMs = Math.min(WAIT_MAX_MS, pair.waitMs === 0 ? FIRST_WAIT_MS : pair.waitMs * 2);
      pair.untilMs = nowMs + pair.waitMs;
    }
    throw exceeded(pair.untilMs - nowMs);
  }

  async function enterPair(pair: Pair): Promise<void> {
    const endsAtMs = timers.nowMs() + WAITING_MS;
    for (let hasWaited = false; checkPair(pair, hasWaited) === "wait"; hasWaited = true) {
      if (pair.waiting.length >= WAITING_MAX || timers.nowMs() > endsAtMs) throw exceeded(LIMITED_TO_MS);
      const { promise, resolve } = Promise.withResolvers<void>();
      pair.waiting.push(resolve);
      await promise;
    }
  }

  return {
    async begin({ address, account }, { ownAddressOnly = false } = {}) {
      // Charged from here on, whatever the outcome.
      const ofAddress = charge(groupIn(addresses, address), ADDRESS_FAILURES_MAX);
      if (account === undefined) return { succeeded: ofAddress.release, failed() {}, abandoned() {} };

      const key = `${address} ${account}`;
      const pair = pairIn(pairs, key);
      const isProven = ownAddressOnly || proven.get(key) !== undefined;
      let ofAccount: Charge | undefined;
      try {
        await enterPair(pair);
        if (!isProven) ofAccount = charge(groupIn(accounts, account), SPREAD_FAILURES_MAX);
      } catch (error) {
        // A refusal here tests no password: it is no failure, and does not delay the address's next attempt.
        ofAddress.undo();
        throw error;
      }
      pair.inFlight += 1;
      const end = (): void => {
        pair.inFlight -= 1;
        // Wake all: one that is refused now would wake no other.
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
  const pair: Pair = { failures: [], inFlight: 0, waiting: [], untilMs: Number.POSITIVE_INFINITY, waitMs: 0 };
  map.set(key, pair);
  return pair;
}

/** In whole ms, so that 2000.0000001 ms is not rounded up to three seconds. */
function exceeded(retryAfterMs: number): Refusal {
  return new Refusal({ code: "rate_exceeded", retryAfterMs: Math.round(retryAfterMs), rateLimit: undefined });
}
