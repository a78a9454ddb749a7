import { type BucketPart, bucketSize } from "./bucket-size.ts";
import { CLOSED, type RateLimiterCells, SERVERS_AT, WHOLE } from "./rate-limiter-memory.ts";

/** The buckets of a server's apps, as the one thread sees them that deals shares to them. */
export interface SharedBuckets {
  /**
   * Gives each bucket its share, and an equal one to those that are not named. What is in a bucket stays there, unless
   * servers have joined: it can answer as many calls as it could before.
   * @param servers how many there are, this one included
   * @param shares by cell, parts of 1
   */
  deal(servers: number, shares: ReadonlyMap<number, number>, nowNs: bigint): void;
}

const SECOND_NS = 1_000_000_000;

export function createSharedBuckets({ fullAt, shares, kept, rates, head }: RateLimiterCells): SharedBuckets {
  const unequal = new Set<number>();

  const part = (cell: number, dealt: number, servers: number, keptOf: number): BucketPart => ({
    ratePerSecond: rates[cell] ?? 0,
    share: dealt === 0 ? Math.floor(WHOLE / servers) : dealt,
    servers,
    kept: keptOf,
  });

  function change(cell: number, raw: number, from: BucketPart, to: BucketPart, nowNs: bigint): void {
    for (;;) {
      const fullAtNs = Atomics.load(fullAt, cell);
      // What was one server's is divided with those that have joined, whose buckets begin full.
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
    deal(servers, dealt, nowNs) {
      const serversBefore = Atomics.load(head, SERVERS_AT) + 1;
      for (const cell of dealt.keys()) unequal.add(cell);
      for (const cell of unequal) {
        const share = dealt.get(cell);
        // At least one part, since none stands for an equal share.
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
 * By so much the clock of another thread may be ahead of this one's. What such a thread has taken in advance is a debt, and
 * must stay one: forgiven with each share that is dealt, it would come to a rate of its own.
 */
const AHEAD_MAX_NS = 1_000_000;

/** In the time that the whole rate takes to bring it. */
function contentsNs(part: BucketPart, missingNs: bigint): number {
  const depth = Number(bucketSize(part).depthNs);
  const missing = Math.max(0, Number(missingNs));
  return Math.max(-AHEAD_MAX_NS, ((depth - missing) * part.share) / WHOLE);
}
