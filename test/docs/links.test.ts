import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Glob } from "bun";
import { anchors, ROOT, readDocument } from "./markdown.ts";

const DOCUMENTS = [...new Glob("*.md").scanSync(ROOT), ...new Glob("docs/**/*.md").scanSync(ROOT)].sort();
/** These name their own files. */
const OF_EXAMPLES = [...new Glob("examples/{README,*/README}.md").scanSync(ROOT)].sort();

describe.each([...DOCUMENTS, ...OF_EXAMPLES])("%s", (document) => {
  test("has links that lead somewhere", () => {
    for (const [link, target = "", anchor] of readDocument(document).matchAll(
      /\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g,
    )) {
      const path = target === "" ? document : join(dirname(document), target);
      expect([link, existsSync(join(ROOT, path))]).toEqual([link, true]);
      if (anchor !== undefined) expect([link, anchors(readDocument(path)).has(anchor)]).toEqual([link, true]);
    }
  });
});

describe.each(DOCUMENTS)("%s", (document) => {
  test("names files that are there", () => {
    for (const [, path = ""] of readDocument(document).matchAll(
      /(?<![\w/])((?:src|test|scripts|docs|pages|\.ci)\/[\w./-]*\w)/g,
    )) {
      expect([path, existsSync(join(ROOT, path))]).toEqual([path, true]);
    }
  });
});

test("comments cite sections of documents that exist", () => {
  const cited = ["src/**/*.ts", "test/**/*.ts", "scripts/**/*.ts", "bench/**/*.ts", "packages/client/src/*.ts"]
    .flatMap((pattern) => [...new Glob(pattern).scanSync(ROOT)])
    .filter((file) => !file.includes("node_modules"))
    .flatMap((file) => {
      // Without the line breaks of a block comment.
      const text = readFileSync(join(ROOT, file), "utf8").replace(/\s*\n\s*(?:\*|\/\/) ?/g, " ");
      return [...text.matchAll(/(docs\/[A-Z]+\.md) § (.{1,60})/g)].map(([, document = "", rest = ""]) => ({
        file,
        document,
        rest,
      }));
    });
  expect(cited.length).toBeGreaterThan(50);
  for (const { file, document, rest } of cited) {
    const headings = [...readDocument(document).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => heading);
    expect([file, document, rest, headings.some((heading) => rest.startsWith(heading))]).toEqual([
      file,
      document,
      rest,
      true,
    ]);
  }
});

test("docs/ARCHITECTURE.md lists src/ as it is", () => {
  const rows =
    /^\| `src\/`.*\n\|[ -|]+\n(?<rows>(?:\|.*\n)+)/m.exec(readDocument("docs/ARCHITECTURE.md"))?.groups?.rows ?? "";
  const listed = [...rows.matchAll(/^\| `([\w.-]+)\/?`/gm)].map(([, name = ""]) => name);
  const there = new Set([...new Glob("src/**/*.*").scanSync(ROOT)].map((file) => file.split("/")[1] ?? ""));
  expect(listed.sort()).toEqual([...there].sort());
});

test("examples/README.md lists every example, and the README of each fits a screen", () => {
  const folders = [...new Glob("examples/*/package.json").scanSync(ROOT)].map(dirname).sort();
  const listed = [...readDocument("examples/README.md").matchAll(/^\| \[[^\]]+\]\(([^)]+)\)/gm)];
  expect(listed.map(([, folder]) => `examples/${folder}`).sort()).toEqual(folders);
  for (const folder of folders) expect(readDocument(`${folder}/README.md`).split("\n").length).toBeLessThanOrEqual(41);
});
