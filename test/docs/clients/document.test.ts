import { describe, expect, test } from "bun:test";
import { Glob } from "bun";
import { ROOT, readDocument } from "../markdown.ts";
import { clientSnippets, type SnippetCheck } from "./client-snippets.ts";

const DOCUMENT = readDocument("docs/CLIENTS.md");
const SNIPPETS = clientSnippets();

/** The texts of the tests that read snippets out of the document. */
const READERS = [...new Glob("test/**/*.ts").scanSync(ROOT)]
  .filter((file) => file !== "test/docs/clients/document.test.ts")
  .map((file) => readDocument(file))
  .filter((text) => text.includes('client-snippets.ts"'));

/** The marks above a block, in the order in which they are looked for. */
const WORDS: Readonly<Record<SnippetCheck, RegExp>> = {
  "not-run": /\bnot run\b/i,
  syntax: /\bsyntax\b/,
  compile: /\bCompiled\b/,
  run: /\bRun\b|\bTried with\b/,
};

describe("docs/CLIENTS.md", () => {
  test("says of every block of code how it is tested", () => {
    const blocks = [...DOCUMENT.matchAll(/^ *```\w+\n(?<text>.*?)\n *```$/gms)].map(({ groups }) => groups?.text ?? "");
    expect(SNIPPETS.map(({ code }) => code)).toEqual(blocks.filter((text) => !isCommand(text)));
  });

  test("says the same in the paragraph above each", () => {
    const said = SNIPPETS.map(({ name }) => {
      const [before = ""] = DOCUMENT.split(`<!-- clients: ${name} `);
      const paragraph = before.trimEnd().split("\n\n").at(-1) ?? "";
      return [name, Object.entries(WORDS).find(([, words]) => words.test(paragraph))?.[0]];
    });
    expect(said).toEqual(SNIPPETS.map(({ name, check }) => [name, check]));
  });

  test("has a test that reads each block of which something is tried, and none that reads the others", () => {
    const read = SNIPPETS.filter(({ name }) => READERS.some((text) => text.includes(`"${name}"`)));
    expect(read).toEqual(SNIPPETS.filter(({ check }) => check !== "not-run"));
  });
});

/** Commands of usermeta's own are no client's code; the tests of the command line try them. */
function isCommand(text: string): boolean {
  return text.split("\n").every((line) => line.startsWith("npm run usermeta -- "));
}
