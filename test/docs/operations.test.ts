import { expect, test } from "bun:test";
import { readDocument, tableRows } from "./markdown.ts";

const OPERATIONS = readDocument("docs/OPERATIONS.md");
const EVENTS = readDocument("src/ops/events.ts");

test("docs/OPERATIONS.md lists every event of the log with its level, and no other", () => {
  const logged = [...EVENTS.matchAll(/log\.(\w+)\(\s*\{\s*event: "(\w+)"/g)].map(([, level, event]) => [event, level]);
  const began = [...EVENTS.matchAll(/^ {2}(\w+): \["(\w+)", "/gm)].map(([, event, level]) => [event, level]);
  expect(began.length).toBeGreaterThan(3);
  const rows = tableRows(OPERATIONS, ["event", "level", "meaning", "action"]);
  expect(rows.map(([event, level]) => [event, level]).toSorted()).toEqual([...logged, ...began].toSorted());
});
