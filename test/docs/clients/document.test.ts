import { describe, expect, test } from "bun:test";
import { Glob } from "bun";
import { ROOT, readDocument } from "../markdown.ts";
import { clientSnippets } from "./client-snippets.ts";

const DOCUMENT = readDocument("docs/CLIENTS.md");
const SNIPPETS = clientSnippets();

/** The texts of the tests that run snippets: those that read them out of the document. */
const RUNNERS = [...new Glob("test/**/*.ts").scanSync(ROOT)]
  .map((file) => readDocument(file))
  .filter((text) => text.includes('client-snippets.ts"') && !text.includes("const RUNNERS"));

describe("docs/CLIENTS.md", () => {
  test("says of every block of code what is tried of it, each under a name of its own", () => {
    const blocks = [...DOCUMENT.matchAll(/^ *```\w+\n(?<text>.*?)\n *```$/gms)].map(({ groups }) => groups?.text ?? "");
    // Commands of usermeta's own, which the tests of the command line try, are no client's code.
    const ofClients = blocks.filter(
      (text) => !text.split("\n").every((line) => line.startsWith("npm run usermeta -- ")),
    );
    expect(SNIPPETS.map(({ code }) => code)).toEqual(ofClients);
    expect(new Set(SNIPPETS.map(({ name }) => name)).size).toBe(SNIPPETS.length);
  });

  test("tells the reader the same in the text above it", () => {
    const words = { run: /^Run\b|[.,] Run\b/, compile: /^Compiled\b|[.,] Compiled\b/, syntax: /syntax|parse/i };
    for (const { name, check } of SNIPPETS) {
      const [before = ""] = DOCUMENT.split(`<!-- clients: ${name} `);
      const paragraph = before.trimEnd().split("\n\n").at(-1)?.replaceAll("\n", " ") ?? "";
      const says = /\bnot run\b/i.test(paragraph)
        ? "not-run"
        : check !== "not-run" && words[check].test(paragraph) && check;
      expect([name, says]).toEqual([name, check]);
    }
  });

  test("has a test for each block that is said to be tried, and none of these for the others", () => {
    for (const { name, check } of SNIPPETS) {
      const isRead = RUNNERS.some((text) => text.includes(`"${name}"`));
      expect([name, isRead]).toEqual([name, check !== "not-run"]);
    }
  });
});
