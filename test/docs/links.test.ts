import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { Glob } from "bun";
import { ROOT, readDocument } from "./markdown.ts";

const DOCUMENTS = ["README.md", ...new Glob("docs/**/*.md").scanSync(ROOT)];

test.each(DOCUMENTS)("every link of %s leads somewhere", (document) => {
  for (const [, target = ""] of readDocument(document).matchAll(/\]\((?!https?:)([^)#]*)(?:#[^)]*)?\)/g)) {
    const path = target === "" ? document : join(dirname(document), target);
    expect([path, existsSync(join(ROOT, path))]).toEqual([path, true]);
  }
});

test.each(DOCUMENTS)("every file that %s names is there", (document) => {
  for (const [, path = ""] of readDocument(document).matchAll(/`((?:src|test|scripts|docs)\/[\w./-]+?)\/?`/g)) {
    expect([path, existsSync(join(ROOT, path))]).toEqual([path, true]);
  }
});
