/**
 * `npm run test:pages`: the vendors' UI kits in a browser at length, the examples, and what else of pages takes long: a
 * phase for each folder of `test/pages/`, two at once. The last line is made of the tests' own reports.
 */
import { Glob } from "bun";
import type { Outcome } from "./junit.ts";
import { PAGES_PARTS, reportMissingParts, SNIPPET_PARTS } from "./parts.ts";
import { emptyReports, type Phase, runPhase, sumUp } from "./phase.ts";

const FOLDER = "test/pages/";
/** On two processors: a browser and a build are busy by themselves. */
const AT_ONCE = 2;

/** By name; a folder without tests is none. */
function phases(): readonly Phase[] {
  const files = [...new Glob(`${FOLDER}*/**/*.test.ts`).scanSync(".")].sort();
  const byFolder = Map.groupBy(files, (file) => file.slice(FOLDER.length).split("/")[0] ?? "");
  return [...byFolder].map(([name, ofFolder]) => ({ name, files: ofFolder }));
}

emptyReports();
const results: Outcome[] = [];
const all = phases();
if (all.length === 0) throw new Error(`${FOLDER}: no tests`);
const waiting = all.values();
async function runThem(): Promise<void> {
  for (const phase of waiting) results.push(await runPhase(phase));
}
await Promise.all(Array.from({ length: AT_ONCE }, runThem));
sumUp([...results, reportMissingParts({ ...PAGES_PARTS, ...SNIPPET_PARTS })]);
