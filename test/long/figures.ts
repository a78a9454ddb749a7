import { appendFileSync, existsSync, mkdirSync } from "node:fs";

/** The parts of `npm run test:long` store their figures here; it prints the table at its end. */
export const FIGURES = "reports/figures.tsv";

/** @param what the thing held, survived, tried or lost */
export function recordFigure(what: string, figure: string | number): void {
  if (!existsSync("reports")) mkdirSync("reports");
  const shown = typeof figure === "number" ? figure.toLocaleString("en") : figure;
  appendFileSync(FIGURES, `${what}\t${shown}\n`);
  console.log(`${what}: ${shown}`);
}
