import type { CaseResult } from "../cases/case.ts";
import type { CaseName } from "../cases/case-names.ts";
import { GOALS, type Goal, type GoalName } from "../goals.ts";
import type { Measured } from "../measure/ratios.ts";
import { markdownTable } from "./markdown-table.ts";

const HEAD = ["goal", "wanted", "measured", "over the rounds", "", "what limits it"];
const SIGNS = { "at least": "≥", "at most": "≤" } as const;

/** A line per goal of the cases that were run. */
export function goalsTable(cases: readonly CaseName[], results: ReadonlyMap<CaseName, CaseResult>): string {
  const names = Object.keys(GOALS) as GoalName[]; // as: Object.keys returns string[]
  const rows = names
    .filter((name) => cases.includes(GOALS[name].case))
    .map((name) => cellsOf(GOALS[name], results.get(GOALS[name].case)?.measured[name]));
  return markdownTable(HEAD, rows);
}

function cellsOf(goal: Goal, measured: Measured | undefined): string[] {
  const wanted = `${SIGNS[goal.bound]} ${goal.value} ${goal.unit}`;
  if (measured === undefined || Number.isNaN(measured.value)) {
    return [goal.text, wanted, "not measured", "", "", ""];
  }
  const { value, each } = measured;
  const range = each.length > 1 ? `${figure(Math.min(...each))} – ${figure(Math.max(...each))}` : "";
  const isMet = goal.bound === "at least" ? value >= goal.value : value <= goal.value;
  const verdict = isMet ? "met" : `not met, ${(Math.abs(value / goal.value - 1) * 100).toFixed(0)} % ${missed(goal)}`;
  return [goal.text, wanted, `${figure(value)} ${goal.unit}`, range, verdict, isMet ? "" : goal.limitedBy];
}

function missed({ bound }: Goal): string {
  return bound === "at least" ? "too little" : "too much";
}

function figure(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
