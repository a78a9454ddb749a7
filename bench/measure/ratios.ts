import type { Measurement } from "./measurement.ts";
import type { Series } from "./rounds.ts";
import { median } from "./statistics.ts";

/** A figure and its sources; NaN when no round could be used. */
export interface Measured {
  readonly value: number;
  /** One per round, without those that do not count. */
  readonly each: readonly number[];
}

export function measured(each: readonly number[]): Measured {
  return { value: median(each), each };
}

/** One side over the other, round by round; undefined when one of them is missing. */
export function ratio(
  of: Series | undefined,
  over: Series | undefined,
  figure: (measurement: Measurement) => number,
): Measured | undefined {
  if (of === undefined || over === undefined) return undefined;
  const each: number[] = [];
  for (const [round, a] of of.measurements.entries()) {
    const b = over.measurements[round];
    if (b === undefined || a.fault !== undefined || b.fault !== undefined) continue;
    each.push(figure(a) / figure(b));
  }
  return measured(each);
}

export function rateRatio(of: Series | undefined, over: Series | undefined): Measured | undefined {
  return ratio(of, over, ({ perSecond }) => perSecond);
}

/** The same, if one call of the first side does the work of several of the other. */
export function times(count: number, rate: Measured | undefined): Measured | undefined {
  return rate && measured(rate.each.map((value) => value * count));
}

/** A ratio, for a note. */
export function told(measured: Measured | undefined): string {
  return measured === undefined || Number.isNaN(measured.value) ? "not measured" : `${measured.value.toFixed(2)} ×`;
}
