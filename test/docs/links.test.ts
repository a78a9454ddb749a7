import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { Glob } from "bun";
import { anchors, ROOT, readDocument } from "./markdown.ts";

const DOCUMENTS = [...new Glob("*.md").scanSync(ROOT), ...new Glob("docs/**/*.md").scanSync(ROOT)].sort();

describe.each(DOCUMENTS)("%s", (document) => {
  test("has links that lead somewhere", () => {
    for (const [link, target = "", anchor] of readDocument(document).matchAll(
      /\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g,
    )) {
      const path = target === "" ? document : join(dirname(document), target);
      expect([link, existsSync(join(ROOT, path))]).toEqual([link, true]);
      if (anchor !== undefined) expect([link, anchors(readDocument(path)).has(anchor)]).toEqual([link, true]);
    }
  });

  test("names files that are there", () => {
    for (const [, path = ""] of readDocument(document).matchAll(/\b((?:src|test|scripts|docs|\.ci)\/[\w./-]*\w)/g)) {
      expect([path, existsSync(join(ROOT, path))]).toEqual([path, true]);
    }
  });
});

test("docs/ARCHITECTURE.md draws src/ as it is", () => {
  const drawing = /```\nsrc\/\n(?<lines>.*?)```/s.exec(readDocument("docs/ARCHITECTURE.md"))?.groups?.lines ?? "";
  const drawn = [...drawing.matchAll(/^ {2}(\S+)/gm)].map(([, name = ""]) => name.replace(/\/$/, ""));
  const there = new Set([...new Glob("src/**/*.*").scanSync(ROOT)].map((file) => file.split("/")[1] ?? ""));
  expect(drawn.sort()).toEqual([...there].sort());
});
