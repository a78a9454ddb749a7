import type { Bench } from "../bench.ts";
import type { GoalName } from "../goals.ts";
import type { Measured } from "../measure/ratios.ts";
import type { AllSeries } from "../measure/rounds.ts";

export interface CaseResult {
  /** In the order of the table. */
  readonly series: AllSeries<string>;
  /** The figures of the goals; those that could not be measured are left out. */
  readonly measured: Partial<Readonly<Record<GoalName, Measured | undefined>>>;
  /** Further notes for the reader, a sentence each. */
  readonly notes?: readonly string[];
}

/** Starts its servers, measures them and stops them. */
export type Case = (bench: Bench) => Promise<CaseResult>;
