import type { Timers } from "../ports.ts";
import { busy, type Refusal } from "../refusals.ts";
import type { Asker } from "./asker.ts";
import { FairQueue } from "./fair-queue.ts";
import type { Resource } from "./resources.ts";
import { ownUsage, type Usage } from "./usage.ts";

/**
 * Fair admission to a resource of which so much can be held at once. An asker that finds it taken waits for its turn, within
 * bounds, or is refused with `busy` before anything is done for it.
 */
export interface Slots {
  /** Without a promise where there is room. Refuses with `busy` when there is none in time. */
  enter(asker: Asker, amount?: number): Place | Promise<Place>;
  /** Undefined where there is no room now. */
  tryEnter(asker: Asker, amount?: number): Place | undefined;
  /** Holds nothing yet, for what can no longer be refused: see `exceed`. */
  force(asker: Asker): Place;
  /**
   * Holds a small amount in nobody's name, for what is too cheap to ask whose it is. False once half of all is held:
   * from then on only those that are named get more, each its share.
   */
  holdUnnamed(amount: number): boolean;
  dropUnnamed(amount: number): void;
  /** Of this thread. */
  readonly held: number;
  readonly waiting: number;
}

/** What an asker holds; it must leave, once. */
export interface Place {
  readonly amount: number;
  /** False, and nothing changes, where there is no room for more. */
  grow(amount: number): boolean;
  /** Holds so much more in any case: for what is known only when it is too late to refuse. */
  exceed(amount: number): void;
  leave(): void;
}

export interface SlotsOptions {
  readonly resource: Resource;
  /** How much may be held at once. */
  readonly capacity: number;
  /** How many may wait. When there are more, the asker with the most waiting loses its newest. */
  readonly waitingMax: number;
  /** After which one that waits is refused; ms. */
  readonly waitMaxMs: number;
  /**
   * For what is held as long as its holder likes: an asker gets more only while as much is left for others as it would
   * hold. One greedy account gets half, two get a third each, and there is always room for one that has nothing.
   */
  readonly leavesRoom: boolean;
  readonly timers: Timers;
  /** Where several threads share it; what one lets go of is seen by those that wait in another within SWEEP_MS. */
  readonly usage?: Usage;
}

interface Waiting {
  readonly asker: Asker;
  readonly amount: number;
  readonly endsAtMs: number;
  readonly resolve: (place: Place) => void;
  readonly reject: (refusal: Refusal) => void;
}

/** How many times what is left an address may hold: it may stand for a whole office, or for a proxy. */
const ADDRESS_SHARE = 4;
const SWEEP_MS = 50;

export function createSlots(options: SlotsOptions): Slots {
  const { capacity, waitingMax, waitMaxMs, leavesRoom, timers, usage = ownUsage() } = options;
  const queue = new FairQueue<Waiting>();
  /** What each address and each account holds. */
  const heldBy = new Map<string, number>();
  let held = 0;
  let sweeping: Disposable | undefined;

  function hold({ address, account }: Asker, amount: number): void {
    held += amount;
    usage.add(amount);
    if (!leavesRoom) return;
    add(heldBy, address, amount);
    if (account !== undefined) add(heldBy, `${address} ${account}`, amount);
  }

  function hasRoom({ address, account }: Asker, amount: number): boolean {
    const left = capacity - usage.total();
    if (amount > left) return false;
    if (!leavesRoom) return true;
    if ((heldBy.get(address) ?? 0) + amount > left * ADDRESS_SHARE) return false;
    return account === undefined || (heldBy.get(`${address} ${account}`) ?? 0) + amount <= left;
  }

  function keyHash(asker: Asker, first: number): Place {
    let amount = first;
    hold(asker, amount);
    return {
      get amount() {
        return amount;
      },
      grow(more) {
        if (!hasRoom(asker, more)) return false;
        amount += more;
        hold(asker, more);
        return true;
      },
      exceed(more) {
        amount += more;
        hold(asker, more);
      },
      leave() {
        hold(asker, -amount);
        amount = 0;
        admit();
      },
    };
  }

  /** Lets in those who wait, in turn; one whose share is used up is passed over. */
  function admit(): void {
    while (queue.size > 0 && usage.total() < capacity) {
      const next = queue.shift(({ asker, amount }) => hasRoom(asker, amount));
      if (next === undefined) return;
      next.resolve(keyHash(next.asker, next.amount));
    }
  }

  function sweep(): void {
    const now = timers.nowMs();
    for (const { reject } of queue.expire(({ endsAtMs }) => endsAtMs <= now)) reject(busy());
    admit();
    if (queue.size > 0) return;
    sweeping?.[Symbol.dispose]();
    sweeping = undefined;
  }

  function tryEnter(asker: Asker, amount = 1): Place | undefined {
    // Those who wait for their own share to come free are in nobody's way.
    return (leavesRoom || queue.size === 0) && hasRoom(asker, amount) ? keyHash(asker, amount) : undefined;
  }

  return {
    tryEnter,
    force: (asker) => keyHash(asker, 0),
    holdUnnamed(amount) {
      if (queue.size > 0 || usage.total() + amount > capacity / 2) return false;
      held += amount;
      usage.add(amount);
      return true;
    },
    dropUnnamed(amount) {
      held -= amount;
      usage.add(-amount);
      if (queue.size > 0) admit();
    },
    enter(asker, amount = 1) {
      const place = tryEnter(asker, amount);
      if (place !== undefined) return place;
      if (amount > capacity || waitingMax === 0) throw busy();
      if (queue.size >= waitingMax) {
        const displaced = queue.displace(asker);
        if (displaced === undefined) throw busy();
        displaced.reject(busy());
      }
      const { promise, resolve, reject } = Promise.withResolvers<Place>();
      queue.push(asker, { asker, amount, endsAtMs: timers.nowMs() + waitMaxMs, resolve, reject });
      sweeping ??= timers.every(SWEEP_MS, sweep);
      return promise;
    },
    get held() {
      return held;
    },
    get waiting() {
      return queue.size;
    },
  };
}

function add(map: Map<string, number>, key: string, amount: number): void {
  const sum = (map.get(key) ?? 0) + amount;
  if (sum === 0) map.delete(key);
  else map.set(key, sum);
}
