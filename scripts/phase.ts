import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { describeFailures, lastWords } from "./failures.ts";
import { type Counts, judge, type Outcome, readReport } from "./junit.ts";

/** Test files that run in one process. */
export interface Phase {
  readonly name: string;
  readonly files: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The time after which it is ended, and has failed; ms. */
  readonly timeoutMs?: number;
  /** Shows the output of the tests while they run, also of those that pass. */
  readonly isShown?: true;
}

const REPORTS = "reports";
/** For `.ci/run`, which runs several suites. */
const FAILURES = `${REPORTS}/failures.txt`;
const TEST_TIMEOUT_MS = 60_000;
/** On a busy machine. */
const PHASE_TIMEOUT_MS = 900_000;

/** Call it before the first phase. */
export function emptyReports(): void {
  rmSync(REPORTS, { recursive: true, force: true });
  mkdirSync(REPORTS);
}

/** Prints the result when it has ended: others may run at the same time. */
export async function runPhase({ name, files, env, isShown, timeoutMs = PHASE_TIMEOUT_MS }: Phase): Promise<Outcome> {
  const report = `${REPORTS}/${name}.xml`;
  if (isShown) console.log(`\n# ${name}`);
  const child = Bun.spawn(
    [
      process.execPath,
      "test",
      `--timeout=${TEST_TIMEOUT_MS}`,
      "--only-failures",
      "--reporter=junit",
      `--reporter-outfile=${report}`,
      ...files.map((file) => `./${file}`),
    ],
    { stdin: "ignore", stdout: "pipe", stderr: "pipe", env: { ...process.env, ...env }, timeout: timeoutMs },
  );
  const [out, err] = await Promise.all([textOf(child.stdout, isShown), textOf(child.stderr, isShown)]);
  const exitCode = await child.exited;
  if (!isShown) console.log(`\n# ${name}: ${files.length} files\n${out}${err.trim()}`);
  const verdict = judge(readReport(report), exitCode, files);
  for (const fault of verdict.faults) console.log(`!!! ${name}: ${fault}`);
  const failures = [
    ...verdict.failures,
    ...verdict.faults.map((fault) => ({ name: fault, error: lastWords(out + err) })),
  ].map((failure) => ({ ...failure, name: `${name}: ${failure.name}` }));
  return { ...verdict, failures };
}

/** The failures, once more, and the last line: the sum of all. The exit code agrees. */
export function sumUp(results: readonly Outcome[]): void {
  const failures = describeFailures(results.flatMap((outcome) => outcome.failures));
  writeFileSync(FAILURES, failures);
  if (failures !== "") console.log(failures);
  const sum = (name: keyof Counts): number => results.reduce((total, counts) => total + counts[name], 0);
  const skipped = sum("skipped");
  console.log(`${sum("passed")} passed, ${sum("failed")} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
  process.exitCode = sum("failed") === 0 ? 0 : 1;
}

async function textOf(stream: ReadableStream<Uint8Array>, isShown: boolean | undefined): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of stream) {
    if (isShown) process.stdout.write(chunk);
    text += decoder.decode(chunk, { stream: true });
  }
  return text;
}
