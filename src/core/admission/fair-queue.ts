import type { Asker } from "./asker.ts";
import { Fifo } from "./fifo.ts";

/** The waiting items of one address, by account, in round-robin order. */
interface Lane<T> {
  readonly accounts: Map<string, Fifo<T>>;
  count: number;
}

/**
 * A queue with fair order: round robin among addresses, and within an address among its accounts. So an asker with a
 * thousand waiting items delays another asker by one item.
 */
export class FairQueue<T> {
  /** In round-robin order: an address that was served moves to the end. */
  readonly #lanes = new Map<string, Lane<T>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push({ address, account = "" }: Asker, item: T): void {
    let lane = this.#lanes.get(address);
    if (lane === undefined) {
      lane = { accounts: new Map(), count: 0 };
      this.#lanes.set(address, lane);
    }
    let items = lane.accounts.get(account);
    if (items === undefined) {
      items = new Fifo();
      lane.accounts.set(account, items);
    }
    items.push(item);
    lane.count += 1;
    this.#size += 1;
  }

  /** Removes and returns the next item that fits; undefined if none does. */
  shift(fits: (item: T) => boolean = () => true): T | undefined {
    for (const [address, lane] of this.#lanes) {
      const item = shiftOf(lane, fits);
      if (item === undefined) continue;
      this.#size -= 1;
      this.#lanes.delete(address);
      if (lane.count > 0) this.#lanes.set(address, lane);
      return item;
    }
    return undefined;
  }

  /**
   * Makes room for an item of the asker: removes the newest item of the account with the most items, of the address with
   * the most. Undefined if that would be no fairer, because the asker has as many itself.
   */
  displace({ address, account = "" }: Asker): T | undefined {
    const [heaviest, lane] = largest(this.#lanes, ({ count }) => count) ?? [];
    if (heaviest === undefined || lane === undefined) return undefined;
    const isOwn = heaviest === address;
    const own = isOwn ? (lane.accounts.get(account)?.size ?? 0) : (this.#lanes.get(address)?.count ?? 0);
    const [fullest, items] = largest(lane.accounts, ({ size }) => size) ?? [];
    if (fullest === undefined || items === undefined) return undefined;
    if ((isOwn ? items.size : lane.count) <= own + 1) return undefined;
    const item = items.pop();
    this.#removed(heaviest, lane, fullest, items);
    return item;
  }

  /** Removes the items that have waited too long. It stops at an account's first item that has not: they are in order. */
  expire(isOver: (item: T) => boolean): readonly T[] {
    const over: T[] = [];
    for (const [address, lane] of this.#lanes) {
      for (const [account, items] of lane.accounts) {
        while (items.first !== undefined && isOver(items.first)) {
          over.push(items.first);
          items.shift();
          this.#removed(address, lane, account, items);
        }
      }
    }
    return over;
  }

  #removed(address: string, lane: Lane<T>, account: string, items: Fifo<T>): void {
    this.#size -= 1;
    lane.count -= 1;
    if (items.size === 0) lane.accounts.delete(account);
    if (lane.count === 0) this.#lanes.delete(address);
  }
}

function shiftOf<T>(lane: Lane<T>, fits: (item: T) => boolean): T | undefined {
  for (const [account, items] of lane.accounts) {
    if (items.first === undefined || !fits(items.first)) continue;
    const item = items.shift();
    lane.count -= 1;
    lane.accounts.delete(account);
    if (items.size > 0) lane.accounts.set(account, items);
    return item;
  }
  return undefined;
}

function largest<V>(map: ReadonlyMap<string, V>, sizeOf: (value: V) => number): [string, V] | undefined {
  let found: [string, V] | undefined;
  for (const entry of map) if (found === undefined || sizeOf(entry[1]) > sizeOf(found[1])) found = entry;
  return found;
}
