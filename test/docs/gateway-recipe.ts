import { readDocument } from "./markdown.ts";

/** The fenced block after the comment `<!-- gateway: NAME -->` of docs/GATEWAY.md, as it stands there. */
export function readRecipe(name: string): string {
  const [, after] = readDocument("docs/GATEWAY.md").split(`<!-- gateway: ${name} -->\n`);
  const recipe = /^\n```\w+\n(?<text>.*?)\n```\n/s.exec(after ?? "")?.groups?.text;
  if (recipe === undefined) throw new Error(`docs/GATEWAY.md has no block called ${name}`);
  return recipe;
}

/**
 * Puts other text in the place of lines, each of which must be there exactly once, so that nothing is left out of a run
 * unseen and nothing else is changed.
 *
 * @param lines from a whole line without its indentation to its replacement
 */
export function withLines(recipe: string, lines: Readonly<Record<string, string>>): string {
  let text = recipe;
  for (const [line, instead] of Object.entries(lines)) {
    const found = text.split("\n").filter((each) => each.trim() === line).length;
    if (found !== 1) throw new Error(`the recipe has the line ${found} times: ${line}`);
    text = text.replace(line, () => instead);
  }
  return text;
}
