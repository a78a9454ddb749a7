import { describe, expect, test } from "bun:test";
import { COMMANDS } from "../../src/cli/command-table.ts";
import { fileName, OPTIONS, type Option } from "../../src/config/options.ts";
import { BATCH_CEILING, DEFAULT_LIMITS, USER_BYTES_CEILING } from "../../src/core/limits.ts";
import { readDocument, tableRows } from "./markdown.ts";

const CONFIGURATION = readDocument("docs/CONFIGURATION.md");

describe("docs/CONFIGURATION.md", () => {
  test("lists every option with its default and its help, and no other", () => {
    const rows = tableRows(CONFIGURATION, ["option", "default", "meaning"]);
    const expected = Object.values<Option>(OPTIONS).map(({ name, fallback, help }) => {
      const value = typeof fallback === "function" ? "pretty on a terminal, json elsewhere" : (fallback ?? "not set");
      return [name, value, help];
    });
    expect(rows).toEqual(expected);
  });

  test("names every option whose secret can be in a file", () => {
    const named = new Set(CONFIGURATION.match(/\bUSERMETA_\w+_FILE\b/g));
    expect([...named]).toEqual(Object.values<Option>(OPTIONS).flatMap((option) => fileName(option) ?? []));
  });

  test("shows the limits that hold by default, and how far they can be raised", () => {
    const rows = tableRows(CONFIGURATION, ["limit", "default", "at most"]);
    const [user, app, batch, calls] = rows.map(([, fallback = "", most = ""]) => [number(fallback), number(most)]);
    expect(user).toEqual([DEFAULT_LIMITS.userBytesMax, USER_BYTES_CEILING]);
    expect(app?.[0]).toBe(DEFAULT_LIMITS.appBytesMax);
    expect(batch).toEqual([DEFAULT_LIMITS.batchMax, BATCH_CEILING]);
    expect(calls?.[0]).toBe(DEFAULT_LIMITS.ratePerSecond);
    expect(OPTIONS.ratePerSecond.value.safeParse(String(calls?.[1])).success).toBe(true);
    expect(OPTIONS.ratePerSecond.value.safeParse(String((calls?.[1] ?? 0) + 1)).success).toBe(false);
  });

  test("lists every command with its summary, and no other", () => {
    const rows = tableRows(CONFIGURATION, ["command", "purpose"]);
    expect(rows.map(([command = ""]) => command.replace(/ <.*/, ""))).toEqual(COMMANDS.map(({ name }) => name));
    expect(rows.map(([, what]) => what)).toEqual(COMMANDS.map(({ summary }) => summary.replaceAll("`", "")));
  });
});

function number(cell: string): number {
  return Number.parseInt(cell.replaceAll(",", ""), 10);
}
