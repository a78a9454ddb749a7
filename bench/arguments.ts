import { parseArgs } from "node:util";
import { CASE_NAMES, type CaseName } from "./cases/case-names.ts";

export interface Arguments {
  readonly cases: readonly CaseName[];
  readonly seconds: number;
  readonly rounds: number;
  readonly write: boolean;
}

export const USAGE = `Usage: npm run bench -- [case ...] [--seconds=N] [--rounds=N] [--no-write]

Cases: ${CASE_NAMES.join(" ")} (none named = all but mysql, which has a report of its own)
  --seconds=N  of each measurement (5)
  --rounds=N   in which every side is measured once (5)
  --no-write   only print, leave bench/RESULTS.md and bench/RESULTS-mysql.md as they are`;

/** Throws with the error and the correct usage. */
export function readArguments(argv: readonly string[]): Arguments {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      seconds: { type: "string", default: "5" },
      rounds: { type: "string", default: "5" },
      "no-write": { type: "boolean", default: false },
    },
  });
  const unknown = positionals.filter((name) => !isCaseName(name));
  if (unknown.length > 0) throw new Error(`there is no case ${unknown.join(", ")}\n\n${USAGE}`);
  const chosen = CASE_NAMES.filter((name) =>
    positionals.length === 0 ? name !== "mysql" : positionals.includes(name),
  );
  return {
    cases: chosen,
    seconds: count("seconds", values.seconds),
    rounds: count("rounds", values.rounds),
    write: !values["no-write"],
  };
}

function isCaseName(name: string): boolean {
  return CASE_NAMES.some((known) => known === name);
}

function count(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${name}=${text} is no number from 1 on\n\n${USAGE}`);
  return value;
}
