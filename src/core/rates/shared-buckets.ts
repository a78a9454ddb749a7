import { type BucketPart, bucketSize } from "./bucket-size.ts";
import { CLOSED, type RateLimiterCells, SERVERS_AT, WHOLE } from "./rate-limiter-memory.ts";

/** The buckets of a server's apps, for the one thread that sets their shares. */
export interface SharedBuckets {
  /**
   * Sets the share of each bucket; buckets that are not named get an equal share. A bucket keeps its contents, so it can
   * answer as many calls as before, unless servers have joined.
   * @param servers number of servers, including this one
   * @param shares by cell, above 0 and at most 1
   */
  setShares(servers: number, shares: ReadonlyMap<number, number>, nowNs: bigint): void;
}

const SECOND_NS = 1_000_000_000;

export function createSharedBuckets({ fullAt, shares, kept, rates, head }: RateLimiterCells): SharedBuckets {
  const unequal = new Set<number>();

  const part = (cell: number, raw: number, servers: number, keptOf: number): BucketPart => ({
    ratePerSecond: rates[cell] ?? 0,
    share: raw === 0 ? Math.floor(WHOLE / servers) : raw,
    servers,
    kept: keptOf,
  });

  function change(cell: number, raw: number, from: BucketPart, to: BucketPart, nowNs: bigint): void {
    for (;;) {
      const fullAtNs = Atomics.load(fullAt, cell);
      // Servers that joined begin with full buckets, so the contents are divided among all.
      const heldNs = contentsNs(from, fullAtNs - nowNs) * Math.min(1, from.servers / to.servers);
      const fill = (heldNs * WHOLE) / to.share;
      const isOver = fill > Number(bucketSize(to).depthNs);
      const keptNow = isOver ? Math.min(WHOLE, Math.ceil((heldNs * WHOLE) / SECOND_NS)) : 0;
      const next = nowNs + bucketSize({ ...to, kept: keptNow }).depthNs - BigInt(Math.floor(fill));
      if (Atomics.compareExchange(fullAt, cell, fullAtNs, CLOSED) !== fullAtNs) continue;
      Atomics.store(shares, cell, raw);
      Atomics.store(kept, cell, keptNow);
      Atomics.store(fullAt, cell, next);
      return;
    }
  }

  return {
    setShares(servers, newShares, nowNs) {
      const serversBefore = Atomics.load(head, SERVERS_AT) + 1;
      for (const cell of newShares.keys()) unequal.add(cell);
      for (const cell of unequal) {
        const share = newShares.get(cell);
        // At least one part, because 0 stands for an equal share.
        const raw = share === undefined ? 0 : Math.max(1, Math.floor(share * WHOLE));
        const from = part(cell, shares[cell] ?? 0, serversBefore, kept[cell] ?? 0);
        const to = part(cell, raw, servers, 0);
        const isSame = from.share === to.share && from.servers === to.servers && from.kept === 0;
        if (isSame) Atomics.store(shares, cell, raw);
        else change(cell, raw, from, to, nowNs);
        if (raw === 0 && kept[cell] === 0) unequal.delete(cell);
      }
      Atomics.store(head, SERVERS_AT, servers - 1);
    },
  };
}

/**
 * How far the clock of another thread may be ahead of this one's. A call that such a thread took in advance is a debt.
 * The debt must stay: if every change of a share cancelled it, the app would get more than its rate.
 */
const AHEAD_MAX_NS = 1_000_000;

/** The contents of a bucket, ns: the time in which the whole rate brings them. Negative = debt. */
function contentsNs(part: BucketPart, missingNs: bigint): number {
  const depth = Number(bucketSize(part).depthNs);
  const missing = Math.max(0, Number(missingNs));
  return Math.max(-AHEAD_MAX_NS, ((depth - missing) * part.share) / WHOLE);
}
