import { mkdirSync, rmSync } from "node:fs";
import { type Counts, judge, readReport } from "./junit.ts";

/** Test files that run in one process. */
export interface Phase {
  readonly name: string;
  readonly files: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** After which it is ended, and has failed; ms. */
  readonly timeoutMs?: number;
  /** What the tests say is shown while they run, also of those that pass. */
  readonly isShown?: true;
}

const REPORTS = "reports";
const TEST_TIMEOUT_MS = 60_000;
/** On a machine that does much else. */
const PHASE_TIMEOUT_MS = 900_000;

/** To be called before the first phase. */
export function emptyReports(): void {
  rmSync(REPORTS, { recursive: true, force: true });
  mkdirSync(REPORTS);
}

/** Says what came of it when it has ended: others may run at the same time. */
export async function runPhase({ name, files, env, isShown, timeoutMs = PHASE_TIMEOUT_MS }: Phase): Promise<Counts> {
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
  return verdict;
}

/** The last line: what all of it amounts to. The exit code says the same. */
export function sumUp(results: readonly Counts[]): void {
  const sum = (name: keyof Counts): number => results.reduce((total, counts) => total + counts[name], 0);
  const skipped = sum("skipped");
  console.log(`${sum("passed")} passed, ${sum("failed")} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
  process.exitCode = sum("failed") === 0 ? 0 : 1;
}

async function textOf(stream: ReadableStream<Uint8Array>, isShown: boolean | undefined): Promise<string> {
  if (!isShown) return await new Response(stream).text();
  for await (const chunk of stream) process.stdout.write(chunk);
  return "";
}
