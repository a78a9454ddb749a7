import type { Bench } from "../bench.ts";
import type { GoalName } from "../goals.ts";
import type { Measured } from "../measure/ratios.ts";
import type { AllSeries } from "../measure/rounds.ts";

export interface CaseResult {
  /** In the order of the table. */
  readonly series: AllSeries<string>;
  /** What the goals ask for; what could not be measured is left out. */
  readonly measured: Partial<Readonly<Record<GoalName, Measured | undefined>>>;
  /** What else the reader should know, a sentence each. */
  readonly notes?: readonly string[];
}

/** Starts what it needs, measures it and stops it. */
export type Case = (bench: Bench) => Promise<CaseResult>;
