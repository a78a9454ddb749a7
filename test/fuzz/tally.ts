import type { Rendered } from "./render.ts";

/** Number of inputs tried, by route and status. */
export class Tally {
  readonly #routes = new Map<string, Map<number, number>>();
  requests = 0;
  raws = 0;
  sequences = 0;
  /** Requests that were slow once, but not when repeated. */
  slowOnce = 0;
  sums = 0;
  #slowestMs = 0;

  count({ step: { call }, method }: Rendered, status: number, tookMs: number): void {
    this.requests += 1;
    this.#slowestMs = Math.max(this.#slowestMs, tookMs);
    const row = call.route
      ? `${method} ${call.route.path}`
      : call.route === null
        ? "no path of an app"
        : "no method of its path";
    const counts = this.#routes.get(row) ?? new Map<number, number>();
    this.#routes.set(row, counts);
    counts.set(status, (counts.get(status) ?? 0) + 1);
  }

  countRaw(): void {
    this.requests += 1;
    this.raws += 1;
  }

  countSum(bytes: number): void {
    if (bytes > 0) this.sums += 1;
  }

  statusesOf(row: string): ReadonlyMap<number, number> {
    return this.#routes.get(row) ?? new Map();
  }

  summary(): string {
    return [
      `${this.requests} requests in ${this.sequences} sequences, ${this.raws} of them raw`,
      `${this.sums} sums of what was stored compared`,
      `slowest ${Math.round(this.#slowestMs)} ms, over a second once and not again ${this.slowOnce}`,
    ].join("; ");
  }

  /** A line for each route. */
  table(): string {
    const rows = [...this.#routes].toSorted(([a], [b]) => a.localeCompare(b));
    const lines = rows.map(([row, counts]) => {
      const statuses = [...counts].toSorted(([a], [b]) => a - b).map(([status, count]) => `${status}: ${count}`);
      return `  ${row.padEnd(48)} ${statuses.join("  ")}`;
    });
    return [this.summary(), ...lines].join("\n");
  }
}
