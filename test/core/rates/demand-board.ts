import type { Demand } from "../../../src/core/ports/cluster-store.ts";

interface Posting {
  readonly visibleMs: number;
  readonly demand: readonly Demand[];
}

/** The delay until other servers see a published demand. */
const DELAY_MS = 50;
/** A server without demand counts as gone after this silence. */
const SILENT_MS = 2500;
/** And a server with demand, which would publish again, after this one. */
const SILENT_TELLING_MS = 1000;

/** A store's `publishDemand`, with a clock that a test moves. */
export class DemandBoard {
  readonly #now: () => number;
  readonly #postings = new Map<symbol, Posting[]>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** The call of one server, which counts as present from now on. */
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
