import { afterAll, beforeAll, expect, test } from "bun:test";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ROOT = join(import.meta.dir, "../..");
/** A suite of two files, like scripts/test-long.ts. */
const SUITE = `
import { emptyReports, runPhase, sumUp } from "${ROOT}/scripts/phase.ts";
import { reportMissingParts } from "${ROOT}/scripts/parts.ts";
emptyReports();
const phase = await runPhase({ name: "some", files: ["test/a.test.ts", "test/b.test.ts"], isShown: process.env.SHOWN });
sumUp([phase, reportMissingParts({ "/no/such/part": "what it is for" })]);
`;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "usermeta-failures-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Said {
  /** All lines. */
  readonly output: string;
  readonly exitCode: number;
  readonly run: string;
}

/** Runs a suite in a separate process: the first file passes, the second is this one. */
function suiteOf(body: string, env: Readonly<Record<string, string>> = {}): Said {
  const run = mkdtempSync(join(folder, "run-"));
  mkdirSync(join(run, "test"));
  writeFileSync(join(run, "suite.ts"), SUITE);
  writeFileSync(join(run, "test/a.test.ts"), 'import { test } from "bun:test"; test("a", () => {});');
  writeFileSync(join(run, "test/b.test.ts"), `import { describe, expect, test } from "bun:test";\n${body}`);
  const child = Bun.spawnSync([process.execPath, "suite.ts"], { cwd: run, env: { ...process.env, CI: "", ...env } });
  return { output: child.stdout.toString(), exitCode: child.exitCode, run };
}

/** From the first failure listed at the end. */
function endOf(output: string): string {
  return output.slice(output.indexOf("!!! FAILED: "));
}

const FAILING = `
  describe("sets", () => describe("of ada > bob", () => {
    test("are <stored>", () => expect({ nickname: "Ada" }).toEqual({ nickname: "Bob" }));
    test("are told", () => { throw new Error("no & never"); });
  }));
  test("ends", async () => await new Promise(() => {}), 50);
  for (let n = 0; n < 200; n++) test("passes " + n, () => {});`;

test.each(["", "true"])("failed tests are listed again before the last line, shown immediately: '%s'", (SHOWN) => {
  const { output, exitCode, run } = suiteOf(FAILING, { SHOWN });
  const end = endOf(output);
  const names = [...end.matchAll(/^!!! FAILED: (.*)$/gm)].map(([, name]) => name);
  expect(names).toEqual([
    "some: test/b.test.ts: sets > of ada > bob > are <stored>",
    "some: test/b.test.ts: sets > of ada > bob > are told",
    "some: test/b.test.ts: ends",
  ]);
  expect(end).toContain('    -   "nickname": "Bob",\n    +   "nickname": "Ada",\n');
  expect(end).toContain("    Error: no & never\n          at ");
  expect(end).toEndWith("    test timed out\n\n201 passed, 3 failed\n");
  expect(end.split("\n").length).toBeLessThan(40);
  expect(exitCode).toBe(1);
  expect(output).toContain(`\n${readFileSync(join(run, "reports/failures.txt"), "utf8")}`);
});

test("a file that throws before its tests, a process that exits and a missing part are listed with their output", () => {
  const thrown = endOf(suiteOf('throw new Error("at the top");').output);
  expect(thrown).toStartWith("!!! FAILED: some: test/b.test.ts: no test ran\n    # Unhandled error between tests\n");
  expect(thrown).toContain("    error: at the top\n");
  const ended = endOf(suiteOf('test("b", () => { console.error("farewell"); process.exit(0); });').output);
  expect(ended).toStartWith("!!! FAILED: some: the run ended with 0 and left no report\n");
  expect(ended).toContain("    farewell\n");
  const missing = endOf(suiteOf('test("b", () => {});', { CI: "true" }).output);
  expect(missing).toBe("!!! FAILED: /no/such/part is missing\n    what it is for\n\n2 passed, 1 failed\n");
});

test("long errors and many failures are cut, but each is listed", () => {
  const { output } = suiteOf(
    `for (let n = 0; n < 50; n++) test("t" + n, () => { throw new Error("x\\n".repeat(50)); });`,
  );
  const end = endOf(output);
  expect(end.match(/^!!! FAILED: some: test\/b.test.ts: t\d+$/gm)).toHaveLength(50);
  expect(end.split("\n").length).toBeLessThan(600);
});

test("a suite without failures prints no list", () => {
  const { output, exitCode, run } = suiteOf('test("b", () => {});');
  expect(output).not.toContain("FAILED");
  expect(output).toEndWith("\n2 passed, 0 failed\n");
  expect(exitCode).toBe(0);
  expect(readFileSync(join(run, "reports/failures.txt"), "utf8")).toBe("");
});

/** Runs the real `.ci/run`, with stubs for npm and apt-get. */
function ciWith(npm: string): Said {
  const run = mkdtempSync(join(folder, "ci-"));
  mkdirSync(join(run, "bin"));
  mkdirSync(join(run, "reports"));
  cpSync(join(ROOT, ".ci"), join(run, ".ci"), { recursive: true });
  const programs = { "apt-get": "", sudo: "", id: "echo 0", npm };
  for (const [name, body] of Object.entries(programs)) {
    writeFileSync(join(run, "bin", name), `#!/bin/sh\n${body}\n`);
    chmodSync(join(run, "bin", name), 0o755);
  }
  const child = Bun.spawnSync(["bash", ".ci/run"], {
    cwd: run,
    env: { ...process.env, PATH: `${join(run, "bin")}:${process.env.PATH}` },
  });
  return { output: child.stdout.toString(), exitCode: child.exitCode, run };
}

test("the complete run lists the failures of each suite before its last line", () => {
  const { output, exitCode } = ciWith(`
    case "$*" in
      ci) ;;
      test) printf '\\n!!! FAILED: first\\n    one\\n' >reports/failures.txt; echo "3 passed, 1 failed, 1 skipped"; exit 1 ;;
      "run test:pages") : >reports/failures.txt; echo "4 passed, 0 failed" ;;
      "run test:long") echo "it breaks off" ;;
      *) printf '\\n!!! FAILED: last\\n' >reports/failures.txt; echo "5 passed, 1 failed"; exit 1 ;;
    esac`);
  expect(endOf(output)).toBe(`!!! FAILED: first
    one

!!! FAILED: npm run test:long ended with 0 and named no failure; it said last:
    it breaks off

!!! FAILED: last

12 passed, 3 failed, 1 skipped
`);
  expect(exitCode).toBe(1);
});

test("the complete run exits with 0 and its sum if nothing failed", () => {
  const { output, exitCode } = ciWith('[ "$*" = ci ] || { : >reports/failures.txt; echo "5 passed, 0 failed"; }');
  expect(output).toEndWith("\n20 passed, 0 failed\n");
  expect(output).not.toContain("FAILED");
  expect(exitCode).toBe(0);
});
