/**
 * `npm run test:pages`: the long tests in browsers, such as those of the vendors' UI kits and of the examples. Each folder
 * of `test/pages/` is a phase, and so are the tests that also run in Firefox. Two phases run at the same time. The last
 * line is the tests' own count.
 */
import { Glob } from "bun";
import type { Outcome } from "./junit.ts";
import { FIREFOX, isInstalled, PAGES_PARTS, reportMissingParts, SNIPPET_PARTS } from "./parts.ts";
import { emptyReports, type Phase, runPhase, sumUp } from "./phase.ts";

const FOLDER = "test/pages/";
/** The others follow by name. */
const LONGEST_FIRST = ["kits", "examples"];
/** On two processors: a browser and a build each keep one busy. */
const AT_ONCE = 2;
/** Only Chromium shows all other pages. */
const IN_FIREFOX: Phase = {
  name: "firefox",
  files: [
    "test/client/react.test.ts",
    "test/client/old-browsers.test.ts",
    "test/pages/examples/profiles-react.test.ts",
    "test/pages/docs/calls.test.ts",
  ],
  env: { TEST_BROWSER: "firefox" },
};

/** The longest first; folders without tests are left out. */
function phases(): readonly Phase[] {
  const files = [...new Glob(`${FOLDER}*/**/*.test.ts`).scanSync(".")].sort();
  const byFolder = Map.groupBy(files, (file) => file.slice(FOLDER.length).split("/")[0] ?? "");
  if (byFolder.size === 0) throw new Error(`${FOLDER}: no tests`);
  const names = [...LONGEST_FIRST.filter((name) => byFolder.has(name)), ...byFolder.keys()];
  const ofFolders = [...new Set(names)].map((name) => ({ name, files: byFolder.get(name) ?? [] }));
  // `reportMissingParts` prints missing parts, and under CI counts them as failures.
  return [...ofFolders, ...(isInstalled(FIREFOX) ? [IN_FIREFOX] : [])];
}

emptyReports();
const results: Outcome[] = [];
const waiting = phases().values();
async function runThem(): Promise<void> {
  for (const phase of waiting) results.push(await runPhase(phase));
}
await Promise.all(Array.from({ length: AT_ONCE }, runThem));
sumUp([...results, reportMissingParts({ ...PAGES_PARTS, ...SNIPPET_PARTS })]);
