/**
 * The benchmark: starts every server of the comparison, measures, prints a table and the results for the goals,
 * and stops everything again, also after an error or Ctrl-C. It uses the server only from outside, except for the
 * filling of stores.
 */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { readArguments } from "./arguments.ts";
import type { Bench } from "./bench.ts";
import type { CaseResult } from "./cases/case.ts";
import type { CaseName } from "./cases/case-names.ts";
import { CASES } from "./cases/table.ts";
import { checkMachine } from "./machine/check-machine.ts";
import { readMachine } from "./machine/read-machine.ts";
import { reportText } from "./report/report-text.ts";

const RESULTS = join(import.meta.dir, "RESULTS.md");
/** The cluster store is compared with itself, and so needs none of the others. */
const RESULTS_MYSQL = join(import.meta.dir, "RESULTS-mysql.md");

async function main(): Promise<void> {
  const options = readArguments(process.argv.slice(2));
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => {
      process.exitCode = 128 + constants.signals[signal];
      stop.abort(new Error("stopped"));
    });
  }
  await using owned = new AsyncDisposableStack();
  const kept = join(tmpdir(), "usermeta-bench");
  mkdirSync(kept, { recursive: true });
  const folder = owned.adopt(mkdtempSync(join(tmpdir(), "usermeta-bench-run-")), (path) =>
    rmSync(path, { recursive: true, force: true }),
  );
  // Programs under another account must be able to reach their files.
  chmodSync(folder, 0o711);
  const warnings = new Set<string>();
  const bench: Bench = {
    ...options,
    folder,
    kept,
    signal: stop.signal,
    progress: (line) => console.log(line),
    warn(line) {
      if (!warnings.has(line)) console.log(`!!! ${line}`);
      warnings.add(line);
    },
  };
  checkMachine(bench);
  const machine = await readMachine(bench);
  const results = new Map<CaseName, CaseResult>();
  for (const name of options.cases) {
    console.log(`${name}:`);
    const result = await runCase(bench, name);
    if (result !== undefined) results.set(name, result);
  }
  const text = reportText({ machine, options, results, warnings: [...warnings] });
  console.log(`\n${text}`);
  if (options.write) writeFileSync(options.cases.join() === "mysql" ? RESULTS_MYSQL : RESULTS, text);
}

/** A failing case does not stop the others. */
async function runCase(bench: Bench, name: CaseName): Promise<CaseResult | undefined> {
  try {
    return await CASES[name](bench);
  } catch (error) {
    bench.signal.throwIfAborted();
    bench.warn(`${name} could not be measured: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
    return undefined;
  }
}

await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode ||= 1;
});
