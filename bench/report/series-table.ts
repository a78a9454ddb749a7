import type { CaseResult } from "../cases/case.ts";
import type { CaseName } from "../cases/case-names.ts";
import type { Measurement } from "../measure/measurement.ts";
import type { Series } from "../measure/rounds.ts";
import { median } from "../measure/statistics.ts";
import { markdownTable } from "./markdown-table.ts";

const HEAD = ["case", "side", "answers/s", "p50 ms", "p99 ms", "CPU s / 10,000", "peak MB", ""];

/** A median over the rounds; more of it shows that the machine was not quite idle. */
const OTHERS_SHARE_TOLD = 0.03;

/** A line per side of a case; medians over the rounds that count. */
export function seriesTable(results: ReadonlyMap<CaseName, CaseResult>): string {
  const rows = [...results].flatMap(([name, { series }]) =>
    Object.values(series)
      .filter((each) => each !== undefined)
      .map((each) => [name, ...cellsOf(each)]),
  );
  return rows.length === 0 ? "(none of the kind)" : markdownTable(HEAD, rows);
}

function cellsOf({ contender, measurements }: Series): string[] {
  const good = measurements.filter(({ fault }) => fault === undefined);
  const of = (figure: (measurement: Measurement) => number): number => median(good.map(figure));
  const conflicts = of(({ conflictShare }) => conflictShare);
  const read = of(({ diskBytesPerSecond }) => diskBytesPerSecond) / 1e6;
  const others = of(({ othersShare }) => othersShare);
  const remarks = [
    ...(conflicts > 0 ? [`${(conflicts * 100).toFixed(1)} % more were 409`] : []),
    ...(read >= 1 ? [`read ${read.toFixed(0)} MB/s from the disk`] : []),
    ...(others > OTHERS_SHARE_TOLD ? [`others had ${(others * 100).toFixed(0)} % of its core`] : []),
    ...(good.length < measurements.length
      ? [`${measurements.length - good.length} of ${measurements.length} rounds do not count`]
      : []),
  ];
  const figures = [
    of(({ perSecond }) => perSecond).toFixed(0),
    of(({ p50Us }) => p50Us / 1000).toFixed(2),
    of(({ p99Us }) => p99Us / 1000).toFixed(2),
    of(({ cpuSeconds, requests }) => (cpuSeconds / requests) * 10_000).toFixed(3),
    of(({ peakBytes }) => peakBytes / 1e6).toFixed(0),
  ];
  const none = good.length === 0;
  return [
    `${contender.side.name}, ${contender.what}`,
    ...figures.map((cell) => (none ? "–" : cell)),
    remarks.join("; "),
  ];
}
