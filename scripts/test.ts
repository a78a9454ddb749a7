/**
 * `npm test`: the checks, then every test; what runs against a store runs once for each engine. The last line is
 * made of the tests' own reports.
 */
import { mkdirSync, rmSync } from "node:fs";
import { Glob } from "bun";
import { type Counts, judge, readReport } from "./junit.ts";
import { GALERA, isInstalled, missingParts } from "./parts.ts";

interface Phase {
  readonly name: string;
  readonly files: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const REPORTS = "reports";
const TEST_TIMEOUT_MS = 60_000;
const PHASE_TIMEOUT_MS = 300_000;
const AT_ONCE = 2;
const ENGINES = ["memory", "sqlite", "mysql"];
/** Whatever asks a server can be run so; in `npm test` only what is likeliest to differ is: workers start slowly. */
const TWO_WORKERS = { TEST_ENGINE: "sqlite", TEST_WORKERS: "2" };
const FOR_TWO_WORKERS = ["test/races/", "test/wire/set-metadata/", "test/wire/http/stop", "test/wire/revocation/"];

/** What runs once and takes long, so that it can go beside the rest. */
const PARTS = ["store", "client"];

/** Three servers on one database and on three nodes, through rates and faults; `npm run test:cluster` takes longer. */
const CLUSTER = ["test/cluster/faults.test.ts", "test/cluster/rates.test.ts"];
const CLUSTER_SECONDS = { CLUSTER_SECONDS: "1" };
const MYSQL_TWO_WORKERS = { TEST_ENGINE: "mysql", TEST_WORKERS: "2" };

/** These ask a server for everything, and so can run on any engine; the others name theirs, or need none. */
function isForEveryEngine(file: string): boolean {
  return file.startsWith("test/wire/") || file.startsWith("test/races/");
}

function isForOnce(file: string): boolean {
  return !isForEveryEngine(file) && !CLUSTER.includes(file);
}

function isOfPart(file: string): boolean {
  return PARTS.some((part) => file.startsWith(`test/${part}/`));
}

function isForTwoWorkers(file: string): boolean {
  return FOR_TWO_WORKERS.some((start) => file.startsWith(start));
}

function phases(): readonly Phase[] {
  const files = [...new Glob("test/**/*.test.ts").scanSync(".")].sort();
  const shared = files.filter(isForEveryEngine);
  const all: readonly Phase[] = [
    { name: "once", files: files.filter((file) => isForOnce(file) && !isOfPart(file)) },
    ...PARTS.map((part) => ({ name: part, files: files.filter((file) => file.startsWith(`test/${part}/`)) })),
    ...ENGINES.map((engine) => ({ name: engine, files: shared, env: { TEST_ENGINE: engine } })),
    { name: "two-workers", files: files.filter(isForTwoWorkers), env: TWO_WORKERS },
    {
      name: "mysql-two-workers",
      files: files.filter((file) => file.startsWith("test/races/")),
      env: MYSQL_TWO_WORKERS,
    },
    { name: "cluster", files: CLUSTER, env: CLUSTER_SECONDS },
  ];
  // What is missing is said, and under CI counted as a failure, by `reportMissingParts`.
  return all.filter(({ name, env }) => {
    if (name === "cluster") return isInstalled("mariadbd") && isInstalled(GALERA);
    return env?.TEST_ENGINE !== "mysql" || isInstalled("mariadbd");
  });
}

function runCheck(): Counts {
  console.log("# check");
  const { success } = Bun.spawnSync(["npm", "run", "--silent", "check"], { stdio: ["ignore", "inherit", "inherit"] });
  if (!success) console.log("!!! npm run check failed");
  return { passed: success ? 1 : 0, failed: success ? 0 : 1, skipped: 0 };
}

/** Says what came of it when it has ended: others run at the same time. */
async function runPhase({ name, files, env }: Phase): Promise<Counts> {
  const report = `${REPORTS}/${name}.xml`;
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
    { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...env }, timeout: PHASE_TIMEOUT_MS },
  );
  const [out, err] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  const exitCode = await child.exited;
  console.log(`\n# ${name}: ${files.length} files\n${out}${err.trim()}`);
  const verdict = judge(readReport(report), exitCode, files);
  for (const fault of verdict.faults) console.log(`!!! ${name}: ${fault}`);
  return verdict;
}

/** Most of what tests do is to wait. In their order, so the longest comes first. */
async function runPhases(): Promise<readonly Counts[]> {
  const results: Counts[] = [];
  const waiting = phases().values();
  const runThem = async (): Promise<void> => {
    for (const phase of waiting) results.push(await runPhase(phase));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, runThem));
  return results;
}

function reportMissingParts(): Counts {
  const missing = missingParts();
  if (missing.length > 0) console.log(`\n!!! NOT TESTED HERE, for want of ${missing.join("; ")}`);
  return { passed: 0, failed: process.env.CI === "true" ? missing.length : 0, skipped: 0 };
}

rmSync(REPORTS, { recursive: true, force: true });
mkdirSync(REPORTS);
const results = [runCheck(), ...(await runPhases()), reportMissingParts()];
const sum = (name: keyof Counts): number => results.reduce((total, counts) => total + counts[name], 0);
const skipped = sum("skipped");
console.log(`${sum("passed")} passed, ${sum("failed")} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
process.exitCode = sum("failed") === 0 ? 0 : 1;
