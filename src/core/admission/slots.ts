import type { Timers } from "../ports/system/timers.ts";
import { busy, type Refusal } from "../refusals.ts";
import type { Asker } from "./asker.ts";
import { FairQueue } from "./fair-queue.ts";
import type { Resource } from "./resources.ts";
import { ownUsage, type Usage } from "./usage.ts";

/**
 * Fair admission to a resource of limited capacity: a semaphore with a fair, bounded queue. An asker waits in the queue, or
 * is refused with `busy` before anything is done for it.
 */
export interface Slots {
  /** Acquires an amount; synchronously if there is room. Refuses with `busy` if there is none within `waitMaxMs`. */
  enter(asker: Asker, amount?: number): Slot | Promise<Slot>;
  /** As `enter` without waiting; undefined if there is no room now. */
  tryEnter(asker: Asker, amount?: number): Slot | undefined;
  /** A slot with an amount of 0, for work that can no longer be refused: see `exceed`. */
  force(asker: Asker): Slot;
  /**
   * Acquires a small amount without an asker, where finding the asker would cost more than the work. False once half of
   * the capacity is in use: then only askers get more, each within its share.
   */
  holdUnnamed(amount: number): boolean;
  dropUnnamed(amount: number): void;
  /** The amount held by this thread. */
  readonly held: number;
  readonly waiting: number;
}

/** An acquired amount. Call `leave` exactly once. */
export interface Slot {
  readonly amount: number;
  /** Acquires more in any case: for sizes that are known only when it is too late to refuse. */
  exceed(amount: number): void;
  leave(): void;
}

export interface SlotsOptions {
  readonly resource: Resource;
  /** Maximum amount held at a time. */
  readonly capacity: number;
  /** Maximum length of the queue. Beyond it, the asker with the most entries loses its newest. */
  readonly waitingMax: number;
  /** Maximum wait, ms. */
  readonly waitMaxMs: number;
  /**
   * For amounts that askers may hold as long as they like: an account gets more only while at least as much as it would
   * hold is left for others. One greedy account gets half, two get a third each, and a new asker always finds room.
   */
  readonly leavesRoom: boolean;
  readonly timers: Timers;
  /** Given if several threads share the capacity. A thread notices within SWEEP_MS what another one has released. */
  readonly usage?: Usage;
}

interface Waiting {
  readonly asker: Asker;
  readonly amount: number;
  readonly endsAtMs: number;
  readonly resolve: (slot: Slot) => void;
  readonly reject: (refusal: Refusal) => void;
}

/** An address may hold this multiple of what is left: a whole office, or a proxy, may be behind it. */
const ADDRESS_SHARE = 4;
const SWEEP_MS = 50;

export function createSlots(options: SlotsOptions): Slots {
  const { capacity, waitingMax, waitMaxMs, leavesRoom, timers, usage = ownUsage() } = options;
  const queue = new FairQueue<Waiting>();
  /** The amount held by each address, and by each account of it. */
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

  function slotOf(asker: Asker, first: number): Slot {
    let amount = first;
    hold(asker, amount);
    return {
      get amount() {
        return amount;
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

  /** Admits waiting askers in fair order; skips those whose share is used up. */
  function admit(): void {
    while (queue.size > 0 && usage.total() < capacity) {
      const next = queue.shift(({ asker, amount }) => hasRoom(asker, amount));
      if (next === undefined) return;
      next.resolve(slotOf(next.asker, next.amount));
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

  function tryEnter(asker: Asker, amount = 1): Slot | undefined {
    // With `leavesRoom`, askers in the queue may wait for their own share, so newcomers may pass them.
    return (leavesRoom || queue.size === 0) && hasRoom(asker, amount) ? slotOf(asker, amount) : undefined;
  }

  return {
    tryEnter,
    force: (asker) => slotOf(asker, 0),
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
      const slot = tryEnter(asker, amount);
      if (slot !== undefined) return slot;
      if (amount > capacity || waitingMax === 0) throw busy();
      if (queue.size >= waitingMax) {
        const displaced = queue.displace(asker);
        if (displaced === undefined) throw busy();
        displaced.reject(busy());
      }
      const { promise, resolve, reject } = Promise.withResolvers<Slot>();
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
