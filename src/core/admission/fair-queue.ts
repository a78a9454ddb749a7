import type { Asker } from "./asker.ts";
import { Fifo } from "./fifo.ts";

/** What waits of one address, by account; in the order of the accounts' turns. */
interface Lane<T> {
  readonly accounts: Map<string, Fifo<T>>;
  count: number;
}

/**
 * What waits, in the order of fair turns: they go round among the addresses, and in an address's turns among its
 * accounts. So an asker with a thousand items waiting delays another one by one item.
 */
export class FairQueue<T> {
  /** In the order of their turns: who had one goes to the end. */
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

  /** The item whose turn it is among those that fit; undefined when none waits that does. */
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
   * Takes back the newest item of the account that has the most waiting, of the address that has the most. Undefined
   * where that would be no fairer: the asker has as much itself.
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
    this.#taken(heaviest, lane, fullest, items);
    return item;
  }

  /** Takes out what has waited too long; the items of an account are in the order of their coming. */
  expire(isOver: (item: T) => boolean): readonly T[] {
    const over: T[] = [];
    for (const [address, lane] of this.#lanes) {
      for (const [account, items] of lane.accounts) {
        while (items.first !== undefined && isOver(items.first)) {
          over.push(items.first);
          items.shift();
          this.#taken(address, lane, account, items);
        }
      }
    }
    return over;
  }

  #taken(address: string, lane: Lane<T>, account: string, items: Fifo<T>): void {
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
