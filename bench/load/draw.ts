/** How the users of the requests are drawn, out of the first `count`. */
export interface Draw {
  readonly kind: "uniform" | "zipf";
  readonly count: number;
  /** How many users after these `FURTHER_USER` is drawn from, all equally likely; 0 when left out. */
  readonly further?: number;
}

/** YCSB's; request.lua has the same. */
const EXPONENT = 0.99;

/** Σ 1 / rank ^ exponent, which the generator needs and which takes a second for ten million. */
export function zipfTotal({ kind, count }: Draw): number {
  if (kind === "uniform") return 0;
  let total = known.get(count);
  if (total === undefined) {
    total = 0;
    for (let rank = 1; rank <= count; rank++) total += 1 / rank ** EXPONENT;
    known.set(count, total);
  }
  return total;
}

const known = new Map<number, number>();
