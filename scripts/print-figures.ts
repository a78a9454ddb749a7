import { existsSync, readFileSync } from "node:fs";
import { FIGURES } from "../test/long/figures.ts";

/** The table of figures of the parts of `npm run test:long`; docs/GUARANTEES.md shows that of a run in full. */
export function printFigures(): void {
  if (!existsSync(FIGURES)) return;
  const rows = readFileSync(FIGURES, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => line.split("\t"));
  const width = Math.max(...rows.map(([what = ""]) => what.length));
  console.log("\n# figures");
  for (const [what = "", figure = ""] of rows) console.log(`${what.padEnd(width)}  ${figure}`);
}
