import { readFileSync } from "node:fs";

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** The sums of a report of `bun test`; undefined when there is none, as after a `process.exit` inside a test. */
export function readReport(path: string): Counts | undefined {
  let head: string | undefined;
  try {
    head = /<testsuites[^>]*>/.exec(readFileSync(path, "utf8"))?.[0];
  } catch {
    return undefined;
  }
  if (head === undefined) return undefined;
  const count = (name: string): number => Number(new RegExp(` ${name}="(\\d+)"`).exec(head)?.[1] ?? 0);
  const [failed, skipped] = [count("failures"), count("skipped")];
  return { passed: count("tests") - failed - skipped, failed, skipped };
}

/**
 * What a run amounts to. It has failed at least once when it exited with an error, left no report or ran no test,
 * whatever the report counts: a throw at the top of a file is not in it.
 */
export function judge(report: Counts | undefined, exitCode: number): Counts {
  const { passed, failed, skipped } = report ?? { passed: 0, failed: 0, skipped: 0 };
  const isGood = exitCode === 0 && report !== undefined && passed > 0;
  return { passed, failed: isGood ? failed : Math.max(failed, 1), skipped };
}
