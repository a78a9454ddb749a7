import { expect, test } from "bun:test";
import { join } from "node:path";
import { Cli } from "../cli/cli.ts";
import { startChild } from "../store/sqlite-child-process.ts";

test("a command that finds the file locked waits for a while, says so and changes nothing", async () => {
  using cli = new Cli();
  const store = join(cli.folder, "locked.db");
  const env = { USERMETA_STORE: `sqlite:${store}` };
  await cli.ok("app create a/b", { env });
  await using locker = startChild("lock", store, "");
  await locker.answer;
  const ended = await cli.run("user create a/b ada", { env });
  expect(ended).toMatchObject({ code: 1, out: "" });
  expect(ended.err).toContain("another process has locked it");
  expect(ended.err.trimEnd().split("\n")).toHaveLength(1);
  await locker.kill();
  expect(await cli.json("user list a/b", { env })).toEqual([]);
  await cli.ok("user create a/b ada", { env });
}, 60_000);
