import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The checkout. */
export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

export function readDocument(path: string): string {
  return readFileSync(`${ROOT}/${path}`, "utf8");
}

/** The anchors of the document's headings, as GitHub makes them of the headings' words. */
export function anchors(text: string): ReadonlySet<string> {
  const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) => heading.toLowerCase());
  return new Set(headings.map((heading) => heading.replace(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-")));
}

/** The rows of every table with these columns, a text for each cell, without the marks of code. */
export function tableRows(text: string, columns: readonly string[]): readonly (readonly string[])[] {
  const rows: string[][] = [];
  let inside = false;
  for (const line of text.split("\n")) {
    const cells = cellsOf(line);
    if (cells === undefined) inside = false;
    else if (cells.join("|") === columns.join("|")) inside = true;
    else if (inside && !/^-+$/.test(cells[0] ?? "")) rows.push(cells);
  }
  return rows;
}

function cellsOf(line: string): string[] | undefined {
  if (!line.startsWith("|")) return undefined;
  return line
    .slice(1, line.lastIndexOf("|"))
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll("`", ""));
}
