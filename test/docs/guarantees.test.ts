import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { ROOT, readDocument, tableRows } from "./markdown.ts";

const ROWS = tableRows(readDocument("docs/GUARANTEES.md"), ["promise", "test", "command", "figure"]);

test("every promise has a test, and a command that names files which are there", () => {
  expect(ROWS.length).toBeGreaterThan(30);
  for (const [promise, how, command = ""] of ROWS) {
    expect([promise, how === ""]).toEqual([promise, false]);
    const paths = [...command.matchAll(/\btest\/[\w./-]*\w/g)].map(([path]) => path);
    expect([promise, paths.length > 0]).toEqual([promise, true]);
    for (const path of paths) expect([path, existsSync(`${ROOT}/${path}`)]).toEqual([path, true]);
  }
});

test("every command runs as it stands: with bun, or by a script of package.json", () => {
  const { scripts } = JSON.parse(readDocument("package.json"));
  for (const [, , command = ""] of ROWS) {
    for (const part of command.split("; ")) {
      const script = /^npm run (\w+(?::\w+)*)/.exec(part)?.[1];
      expect([part, part.startsWith("bun test test/") || (script !== undefined && script in scripts)]).toEqual([
        part,
        true,
      ]);
    }
  }
});
