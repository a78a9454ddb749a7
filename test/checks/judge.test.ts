import { expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { judge, readReport } from "../../scripts/junit.ts";

const SOME = { passed: 3, failed: 0, skipped: 1 };

test("a run that passed is what its report counts", () => expect(judge(SOME, 0)).toEqual(SOME));

test("a run fails for its exit code, for want of a report, and for want of a test", () => {
  expect(judge(SOME, 1)).toEqual({ ...SOME, failed: 1 });
  expect(judge({ ...SOME, failed: 2 }, 1)).toEqual({ ...SOME, failed: 2 });
  expect(judge(undefined, 0)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  expect(judge({ passed: 0, failed: 0, skipped: 4 }, 0)).toEqual({ passed: 0, failed: 1, skipped: 4 });
});

test("a report's sums are read from its root", () => {
  const folder = mkdtempSync(join(tmpdir(), "usermeta-report-"));
  const path = join(folder, "report.xml");
  writeFileSync(
    path,
    '<?xml version="1.0"?>\n<testsuites name="bun test" tests="9" failures="2" skipped="1" time="1">\n',
  );
  expect(readReport(path)).toEqual({ passed: 6, failed: 2, skipped: 1 });
  writeFileSync(path, "");
  expect(readReport(path)).toBeUndefined();
  expect(readReport(join(folder, "none.xml"))).toBeUndefined();
  rmSync(folder, { recursive: true });
});
