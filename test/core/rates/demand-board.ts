import type { Demand } from "../../../src/core/ports.ts";

interface Posting {
  readonly visibleMs: number;
  readonly demand: readonly Demand[];
}

/** How long it takes until others see what a server has told. */
const DELAY_MS = 50;
/** Who tells of nothing may be silent for so long before he is taken for gone. */
const SILENT_MS = 2500;
/** And who has told of something, and so would have told again, for so long. */
const SILENT_TELLING_MS = 1000;

/** What a store does for `publishDemand`, over a clock that a test moves. */
export class DemandBoard {
  readonly #now: () => number;
  readonly #postings = new Map<symbol, Posting[]>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** The call of one server, which is there from now on. */
  join(): (demand: readonly Demand[]) => readonly (readonly Demand[])[] {
    const id = Symbol();
    this.#postings.set(id, []);
    return (demand) => {
      const now = this.#now();
      const mine = (this.#postings.get(id) ?? []).slice(-3);
      this.#postings.set(id, [...mine, { visibleMs: now + DELAY_MS, demand }]);
      return [...this.#postings].flatMap(([other, postings]) => {
        const latest = postings.findLast(({ visibleMs }) => visibleMs <= now);
        if (other === id || latest === undefined) return [];
        const silentMs = now - latest.visibleMs;
        return silentMs > (latest.demand.length > 0 ? SILENT_TELLING_MS : SILENT_MS) ? [] : [latest.demand];
      });
    };
  }
}
