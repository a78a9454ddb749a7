import { expect, test } from "bun:test";
import { steadyLog } from "../../src/cli/terminal/steady-output.ts";

test("a reader that stops reading makes no log accumulate, and is told the number of missing lines when it continues", () => {
  const taken: string[] = [];
  let unread: (() => void)[] = [];
  const log = steadyLog({
    on() {},
    write(text, done) {
      taken.push(text);
      unread.push(done);
    },
  });
  const line = `${"x".repeat(999)}\n`;
  for (let written = 0; written < 5000; written++) log.write(line);
  expect(taken.join("").length).toBeWithin(1_000_000, 1_048_577);
  const before = taken.length;
  for (const done of unread) done();
  unread = [];
  log.write("the next\n");
  expect(JSON.parse(taken[before] ?? "")).toMatchObject({ event: "logLinesLost", lines: 5000 - before });
  expect(taken.slice(before + 1)).toEqual(["the next\n"]);
});
