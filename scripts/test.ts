/**
 * `npm test`: the checks, then every test; what runs against a store runs once for each engine. The last line is
 * made of the tests' own reports.
 */
import { mkdirSync, rmSync } from "node:fs";
import { type Counts, judge, readReport } from "./junit.ts";
import { missingParts } from "./parts.ts";

interface Phase {
  readonly name: string;
  readonly paths: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const OVER_ENGINES = ["test/wire", "test/races"];
const ONCE = [
  "test/core",
  "test/store",
  "test/config",
  "test/ops",
  "test/system",
  "test/cli",
  "test/docs",
  "test/checks",
  "test/faults",
  "test/sdk",
];

const PHASES: readonly Phase[] = [
  { name: "once", paths: ONCE },
  { name: "memory", paths: OVER_ENGINES, env: { TEST_ENGINE: "memory" } },
  { name: "sqlite", paths: OVER_ENGINES, env: { TEST_ENGINE: "sqlite" } },
];

const REPORTS = "reports";
const TEST_TIMEOUT_MS = 60_000;
const PHASE_TIMEOUT_MS = 300_000;

function runCheck(): Counts {
  const { exitCode } = Bun.spawnSync(["npm", "run", "--silent", "check"], { stdio: ["ignore", "inherit", "inherit"] });
  return { passed: exitCode === 0 ? 1 : 0, failed: exitCode === 0 ? 0 : 1, skipped: 0 };
}

function runPhase({ name, paths, env }: Phase): Counts {
  console.log(`\n# ${name}: ${paths.join(" ")}`);
  const report = `${REPORTS}/${name}.xml`;
  const { exitCode } = Bun.spawnSync(
    [
      process.execPath,
      "test",
      `--timeout=${TEST_TIMEOUT_MS}`,
      "--only-failures",
      "--reporter=junit",
      `--reporter-outfile=${report}`,
      ...paths.map((path) => `./${path}`),
    ],
    { stdio: ["ignore", "inherit", "inherit"], env: { ...process.env, ...env }, timeout: PHASE_TIMEOUT_MS },
  );
  return judge(readReport(report), exitCode);
}

function runParts(): Counts {
  const missing = missingParts();
  if (missing.length === 0) return { passed: 0, failed: 0, skipped: 0 };
  console.log(`!!! NOT TESTED HERE, for want of ${missing.join("; ")}`);
  return { passed: 0, failed: process.env.CI === "true" ? 1 : 0, skipped: 0 };
}

rmSync(REPORTS, { recursive: true, force: true });
mkdirSync(REPORTS);
const results = [runCheck(), ...PHASES.map(runPhase), runParts()];
const sum = (name: keyof Counts): number => results.reduce((total, counts) => total + counts[name], 0);
const skipped = sum("skipped");
console.log(`${sum("passed")} passed, ${sum("failed")} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
process.exitCode = sum("failed") === 0 ? 0 : 1;
