import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { judge, readReport, type Verdict } from "../../scripts/junit.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "usermeta-report-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the real `bun test` on one file with this text beside a passing one. */
function verdictOn(body: string): Verdict {
  const run = mkdtempSync(join(folder, "run-"));
  mkdirSync(join(run, "test"));
  const files = ["test/a.test.ts", "test/b.test.ts"];
  writeFileSync(join(run, "test/a.test.ts"), 'import { test } from "bun:test"; test("a", () => {});');
  writeFileSync(join(run, "test/b.test.ts"), `import { expect, test } from "bun:test"; ${body}`);
  const { exitCode } = Bun.spawnSync(
    [
      process.execPath,
      "test",
      "--reporter=junit",
      "--reporter-outfile=report.xml",
      ...files.map((file) => `./${file}`),
    ],
    { cwd: run, stdio: ["ignore", "ignore", "ignore"] },
  );
  return judge(readReport(join(run, "report.xml")), exitCode, files);
}

describe("a run of the tests", () => {
  test("is as good as its tests", () => {
    expect(verdictOn('test("b", () => {}); test.skipIf(true)("c", () => {});')).toEqual({
      passed: 2,
      failed: 0,
      skipped: 1,
      failures: [],
      faults: [],
    });
    expect(verdictOn('test("b", () => expect(1).toBe(2));')).toMatchObject({
      passed: 1,
      failed: 1,
      skipped: 0,
      failures: [{ name: "test/b.test.ts: b" }],
      faults: [],
    });
  });

  test.each([
    ["a file throws before its first test", 'throw new Error("b");', "test/b.test.ts: no test ran"],
    ["a file has no test", "expect(1).toBe(1);", "test/b.test.ts: no test ran"],
    ["a test ends the process", 'test("b", () => process.exit(0));', "the run ended with 0 and left no report"],
  ])("fails where %s", (_, body, fault) => {
    const verdict = verdictOn(body);
    expect(verdict.faults).toEqual([fault]);
    expect(verdict.failed).toBeGreaterThanOrEqual(1);
  });

  test("fails on an unhandled rejection", () => {
    expect(verdictOn('test("b", () => { Promise.reject(new Error("b")); });').failed).toBeGreaterThanOrEqual(1);
  });

  test("fails without a report, with an empty one, and if nothing passed", () => {
    const path = join(folder, "empty.xml");
    writeFileSync(path, "");
    expect(readReport(path)).toBeUndefined();
    expect(readReport(join(folder, "none.xml"))).toBeUndefined();
    expect(judge(undefined, 0, []).failed).toBe(1);
    const report = { files: new Set<string>(), failures: [] };
    expect(judge({ ...report, passed: 0, failed: 0, skipped: 4 }, 0, []).failed).toBe(1);
    expect(judge({ ...report, passed: 3, failed: 0, skipped: 0 }, 1, []).failed).toBe(1);
  });
});
