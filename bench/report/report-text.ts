import type { Arguments } from "../arguments.ts";
import type { CaseResult } from "../cases/case.ts";
import { CASE_NAMES, type CaseName } from "../cases/case-names.ts";
import { CONNECTIONS } from "../load/wrk.ts";
import type { Machine } from "../machine/read-machine.ts";
import { goalsTable } from "./goals-table.ts";
import { seriesTable } from "./series-table.ts";

export interface Report {
  readonly machine: Machine;
  readonly options: Arguments;
  readonly results: ReadonlyMap<CaseName, CaseResult>;
  readonly warnings: readonly string[];
}

/** The whole report, in Markdown that can also be read on a terminal. */
export function reportText({ machine, options, results, warnings }: Report): string {
  const { cases, seconds, rounds } = options;
  const left = CASE_NAMES.filter((name) => !cases.includes(name));
  const notes = [...results].flatMap(([name, { notes = [] }]) => notes.map((note) => `- ${name}: ${note}`));
  return `# What the benchmark measured

Written by \`npm run bench\`. wrk with one thread and ${CONNECTIONS} connections unless a line says otherwise; all
processes of a server on one core, the load on another; ${rounds} rounds of ${seconds} s in which every side has its turn after
a warm-up. Figures are medians over the rounds, ratios are taken within a round.

Only the ratios count. Machines of the same kind differ by a factor of two, and one machine from minute to minute, so
compare rates and times only within this report. "bare Bun.serve" is the smallest server on this runtime with the same
answers: it shows what the runtime allows.
${left.length === 0 ? "" : `\nNot run this time: ${left.join(", ")}.\n`}
## Goals

${goalsTable(cases, results)}

## Figures

${seriesTable(results)}
${section("Notes", notes)}${section(
  "Warnings",
  warnings.map((line) => `- !!! ${line}`),
)}${section("Settings", settingsOf(results))}
## Machine

${Object.entries(machine)
  .map(([name, value]) => `- ${name}: ${value}`)
  .join("\n")}
`;
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? "" : `\n## ${title}\n\n${lines.join("\n")}\n`;
}

/** Each setting once, with the sides that have it. */
function settingsOf(results: ReadonlyMap<CaseName, CaseResult>): string[] {
  const lines = new Set<string>();
  for (const { series } of results.values()) {
    for (const each of Object.values(series)) {
      if (each !== undefined) lines.add(`- ${each.contender.side.name}: ${each.contender.side.settings}`);
    }
  }
  return [...lines].sort();
}
