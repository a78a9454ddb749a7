/**
 * `npm test`: the checks, then every test; tests of a store run once for each engine. The last line is
 * made of the tests' own reports.
 */
import { Glob } from "bun";
import { lastWords } from "./failures.ts";
import type { Outcome } from "./junit.ts";
import { isInstalled, PARTS, reportMissingParts } from "./parts.ts";
import { emptyReports, type Phase, runPhase, sumUp } from "./phase.ts";

/** On two processors: most tests mainly wait. CI has more time, and none to run a test again. */
const AT_ONCE = process.env.CI === "true" ? 2 : 3;
const ENGINES = ["mysql", "sqlite", "memory"];
/** Every test of a server can run so; in `npm test` only the likeliest to differ do: workers start slowly. */
const TWO_WORKERS = { TEST_ENGINE: "sqlite", TEST_WORKERS: "2" };
const FOR_TWO_WORKERS = [
  "test/races/",
  "test/wire/authority/table.test.ts",
  "test/wire/http/stop",
  "test/wire/revocation/",
  "test/wire/set-metadata/",
];

/** Tests that run once and take long, in parts beside the rest; a file belongs to the first part whose prefix fits. */
const PARTS_OF_ONCE: Readonly<Record<string, readonly string[]>> = {
  "store-mysql": ["test/store/mysql", "test/store/transfer"],
  store: ["test/store/"],
  processes: ["test/cli/", "test/faults/", "test/ops/", "test/stops/", "test/workers/"],
  fuzz: ["test/fuzz/"],
  client: ["test/client/", "test/kits/"],
};
/** Tests that mostly wait for a clock, and so run beside all of them. */
const WAITING = [
  "test/faults/app-delete.test.ts",
  "test/faults/slow-flush.test.ts",
  "test/ops/server-log.test.ts",
  "test/stops/stops.test.ts",
  "test/workers/clock-steps.test.ts",
  "test/workers/hung.test.ts",
  "test/workers/suspended.test.ts",
];
/** Tests about load or processor time, which run when nothing else does. */
const ALONE = ["test/core/rates/shared-buckets.test.ts", "test/starvation/", "test/wire/http/thread-time.test.ts"];
/** Tests that only `npm run test:long` and `npm run test:pages` run. */
const ELSEWHERE = ["test/long/", "test/pages/"];

/** Tests that only `npm run test:cluster` runs. */
const CLUSTER = ["faults", "full-app", "migration", "rates"].map((name) => `test/cluster/${name}.test.ts`);
const MYSQL_TWO_WORKERS = { TEST_ENGINE: "mysql", TEST_WORKERS: "2" };

/** Tests of answers given before a store is used, or that take seconds with any store. */
const ON_ONE_ENGINE = [
  "test/wire/authority/every-token.test.ts",
  "test/wire/http/answers-in-flight.test.ts",
  "test/wire/http/bodies-in-flight.test.ts",
  "test/wire/http/charsets.test.ts",
  "test/wire/http/late-bodies.test.ts",
  "test/wire/http/ready.test.ts",
  "test/wire/http/runtime.test.ts",
  "test/wire/identity/refused-tokens.test.ts",
  "test/wire/log-ins/fairness.test.ts",
  "test/wire/rates/garbage.test.ts",
];

/** These use a server only, and so can run on any engine; the others name theirs, or need none. */
function isForEveryEngine(file: string): boolean {
  if (ON_ONE_ENGINE.includes(file) || isAlone(file)) return false;
  return file.startsWith("test/wire/") || file.startsWith("test/races/");
}

function isAlone(file: string): boolean {
  return ALONE.some((start) => file.startsWith(start));
}

function isForOnce(file: string): boolean {
  return !isForEveryEngine(file) && !CLUSTER.includes(file) && !isAlone(file);
}

/** The name of the phase that runs it once. */
function partOfOnce(file: string): string {
  if (WAITING.includes(file)) return "waiting";
  const part = Object.entries(PARTS_OF_ONCE).find(([, starts]) => starts.some((start) => file.startsWith(start)));
  return part?.[0] ?? "once";
}

function isForTwoWorkers(file: string): boolean {
  return FOR_TWO_WORKERS.some((start) => file.startsWith(start));
}

function testFiles(): readonly string[] {
  const isElsewhere = (file: string): boolean => ELSEWHERE.some((start) => file.startsWith(start));
  return [...new Glob("test/**/*.test.ts").scanSync(".")].filter((file) => !isElsewhere(file)).sort();
}

function phases(): readonly Phase[] {
  const files = testFiles();
  const shared = files.filter(isForEveryEngine);
  const once = files.filter(isForOnce);
  const all: readonly Phase[] = [
    ...ENGINES.map((engine) => ({ name: engine, files: shared, env: { TEST_ENGINE: engine } })),
    ...[...Object.keys(PARTS_OF_ONCE), "once"].map((part) => ({ name: part, files: once.filter(isOf(part)) })),
    { name: "two-workers", files: files.filter(isForTwoWorkers), env: TWO_WORKERS },
    {
      name: "mysql-two-workers",
      files: files.filter((file) => file.startsWith("test/races/")),
      env: MYSQL_TWO_WORKERS,
    },
  ];
  // `reportMissingParts` prints missing parts, and under CI counts them as failures.
  return all.filter(({ env }) => env?.TEST_ENGINE !== "mysql" || isInstalled("mariadbd"));
}

async function runCheck(): Promise<Outcome> {
  const child = Bun.spawn(["npm", "run", "--silent", "check"], { stdio: ["ignore", "pipe", "pipe"] });
  const [out, err, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  console.log(`# check\n${out}${err}`);
  if (code === 0) return { passed: 1, failed: 0, skipped: 0, failures: [] };
  console.log("!!! npm run check failed");
  const failures = [{ name: "npm run check", error: lastWords(out + err) }];
  return { passed: 0, failed: 1, skipped: 0, failures };
}

function isOf(part: string): (file: string) => boolean {
  return (file) => partOfOnce(file) === part;
}

/** In this order, the longest first; the checks and the waiting tests run beside them. */
async function runPhases(): Promise<readonly Outcome[]> {
  const results: Outcome[] = [];
  const waiting = phases().values();
  const runThem = async (): Promise<void> => {
    for (const phase of waiting) results.push(await runPhase(phase));
  };
  const runBeside = async (running: Promise<Outcome>): Promise<void> => void results.push(await running);
  const waits = { name: "waiting", files: testFiles().filter(isOf("waiting")) };
  await Promise.all([runBeside(runCheck()), runBeside(runPhase(waits)), ...Array.from({ length: AT_ONCE }, runThem)]);
  return results;
}

async function runAlone(): Promise<readonly Outcome[]> {
  return [await runPhase({ name: "alone", files: testFiles().filter(isAlone) })];
}

emptyReports();
const results = [...(await runPhases()), ...(await runAlone()), reportMissingParts(PARTS)];
sumUp(results);
