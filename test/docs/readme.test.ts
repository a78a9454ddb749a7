import { describe, expect, test } from "bun:test";
import { COMMANDS } from "../../src/cli/command-table.ts";
import { OPTIONS, type Option } from "../../src/config/options.ts";
import { readDocument, tableRows } from "./markdown.ts";

const README = readDocument("README.md");

describe("README.md", () => {
  test("has the two commands as they stand, and npm start hands its signals on", () => {
    expect(README).toContain("npm ci && npm start");
    expect(README).toContain("npm ci && npm test");
    const { scripts } = JSON.parse(readDocument("package.json"));
    expect(scripts.start).toMatch(/^(\w+=\w+ )*exec bun /);
  });

  test("lists every option with its default and its help, and no other", () => {
    const rows = tableRows(README, ["option", "default", "what"]);
    const expected = Object.values<Option>(OPTIONS).map(({ name, fallback, help }) => {
      const value = typeof fallback === "function" ? "pretty on a terminal, json elsewhere" : (fallback ?? "not set");
      return [name, value, help];
    });
    expect(rows).toEqual(expected);
  });

  test("lists every command with its summary, and no other", () => {
    const rows = tableRows(README, ["command", "what"]);
    expect(rows.map(([command = ""]) => command.replace(/ <.*/, ""))).toEqual(COMMANDS.map(({ name }) => name));
    expect(rows.map(([, what]) => what)).toEqual(COMMANDS.map(({ summary }) => summary.replaceAll("`", "")));
  });

  test("says of speed only figures of the last report of the benchmark", () => {
    const measured = readDocument("bench/RESULTS.md");
    const rows = tableRows(README, ["what", "in the last report"]);
    expect(rows.length).toBeGreaterThan(5);
    for (const [what = "", figure = ""] of rows) {
      const line = measured.split("\n").find((each) => each.startsWith(`| ${what}`) && each.includes(`| ${figure} `));
      expect([what, line !== undefined]).toEqual([what, true]);
    }
  });
});
