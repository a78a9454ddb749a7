import { describe, expect, test } from "bun:test";
import { readDocument, tableRows } from "./markdown.ts";

const README = readDocument("README.md");

describe("README.md", () => {
  test("has the two commands as they stand, and npm start hands its signals on", () => {
    expect(README).toContain("npm ci && npm start");
    expect(README).toContain("npm ci && npm test");
    const { scripts } = JSON.parse(readDocument("package.json"));
    expect(scripts.start).toMatch(/^(\w+=\w+ )*exec bun /);
  });

  test("is read in some minutes: 120 lines at most", () => {
    expect(README.trimEnd().split("\n").length).toBeLessThanOrEqual(120);
  });

  test("says of speed only what the last report of the benchmark says", () => {
    const measured = readDocument("bench/RESULTS.md");
    const rows = tableRows(README, ["what is measured", "in the last report"]);
    expect(rows).toHaveLength(5);
    for (const [what = "", figure = ""] of rows) {
      const line = measured.split("\n").find((each) => each.startsWith(`| ${what}`) && each.includes(`| ${figure} `));
      expect([what, line !== undefined]).toEqual([what, true]);
    }
  });
});
