import { readFileSync } from "node:fs";
import { type Failure, failuresIn } from "./failures.ts";

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** The result of a part of a suite. */
export interface Outcome extends Counts {
  readonly failures: readonly Failure[];
}

export interface Report extends Outcome {
  /** The test files with at least one test. */
  readonly files: ReadonlySet<string>;
}

export interface Verdict extends Outcome {
  /** Errors outside failed tests, a line each; every one counts as a failure, and is not among `failures`. */
  readonly faults: readonly string[];
}

/** The sums of a report of `bun test`; undefined when there is none, as after a `process.exit` inside a test. */
export function readReport(path: string): Report | undefined {
  let report: string;
  try {
    report = readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
  const head = /<testsuites[^>]*>/.exec(report)?.[0];
  if (head === undefined) return undefined;
  const count = (name: string): number => Number(new RegExp(` ${name}="(\\d+)"`).exec(head)?.[1] ?? 0);
  const [failed, skipped] = [count("failures"), count("skipped")];
  const files = new Set([...report.matchAll(/<testsuite name="[^"]*" file="([^"]+)"/g)].map(([, file = ""]) => file));
  return { passed: count("tests") - failed - skipped, failed, skipped, files, failures: failuresIn(report) };
}

/**
 * The result of a run of these files. Neither the exit code nor the report is enough: a throw at the top of a file
 * is in no report, a `process.exit(0)` inside a test leaves none, and a file without a test is a success to both.
 */
export function judge(report: Report | undefined, exitCode: number | null, files: readonly string[]): Verdict {
  if (report === undefined) {
    return {
      passed: 0,
      failed: 1,
      skipped: 0,
      failures: [],
      faults: [`the run ended with ${exitCode} and left no report`],
    };
  }
  const { passed, failed, skipped, failures } = report;
  const faults = files.filter((file) => !report.files.has(file)).map((file) => `${file}: no test ran`);
  if (passed === 0) faults.push("no test passed");
  if (exitCode !== 0 && failed + faults.length === 0) faults.push(`the run ended with ${exitCode}, yet no test failed`);
  return { passed, failed: failed + faults.length, skipped, failures, faults };
}
