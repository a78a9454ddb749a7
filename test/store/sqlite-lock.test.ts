import { expect, test } from "bun:test";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { storeHolder } from "../../src/store/sqlite/files/lock.ts";
import { openSqliteStore } from "../../src/store/sqlite/store.ts";
import { startChild } from "./sqlite-child-process.ts";
import { faultOf, temporaryFolder, withUsers } from "./sqlite-fixture.ts";

test("a second server is refused while the first lives, by its process id, and succeeds after kill -9", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "usermeta.db");
  await using first = startChild("hold", path, "127.0.0.1:8080");
  expect(await first.answer).toEqual({ holding: first.pid });

  expect(storeHolder(path)).toEqual({ pid: first.pid, listen: "127.0.0.1:8080" });
  const refused = await faultOf(openSqliteStore(path, { exclusive: true }));
  expect(refused).toMatchObject({
    fault: "in_use",
    message: `${path} is in use by the usermeta server with process id ${first.pid}`,
  });

  await first.kill();
  expect(storeHolder(path)).toBeUndefined();
  await using second = await openSqliteStore(path, { exclusive: true, listen: "127.0.0.1:9090" });
  expect(storeHolder(path)).toEqual({ pid: process.pid, listen: "127.0.0.1:9090" });
  await second.ping();
});

test("two servers of one process exclude each other; the store is free again when the first has closed", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "usermeta.db");
  const first = await openSqliteStore(path, { exclusive: true, listen: "" });
  expect(await faultOf(openSqliteStore(path, { exclusive: true }))).toMatchObject({ fault: "in_use" });
  // The refused one has released nothing that belongs to the first.
  await using child = startChild("hold", path, "");
  expect(await child.answer).toMatchObject({ fault: "in_use" });
  await first[Symbol.asyncDispose]();
  await using second = await openSqliteStore(path, { exclusive: true });
  await second.ping();
});

test("the same file by another name is the same store", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "usermeta.db");
  await using first = await openSqliteStore(path, { exclusive: true });
  symlinkSync(path, join(folder.path, "link.db"));
  const refused = await faultOf(openSqliteStore(join(folder.path, "link.db"), { exclusive: true }));
  expect(refused).toMatchObject({ fault: "in_use" });
  await first.ping();
});

test("exactly one of several servers that start at the same time gets the store", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "usermeta.db");
  await using children = new AsyncDisposableStack();
  const started = Array.from({ length: 4 }, () => children.use(startChild("hold", path, "")));
  const answers = await Promise.all(started.map(({ answer }) => answer));
  const [holder, ...others] = answers.filter((answer) => answer.holding !== undefined);
  expect(others).toEqual([]);
  expect(answers.filter(({ fault }) => fault === "in_use")).toHaveLength(3);
  expect(storeHolder(path)?.pid).toBe(holder?.holding ?? 0);
});

test("commands may write a store beside the server that holds it", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "usermeta.db");
  await using server = await openSqliteStore(path, { exclusive: true });
  await withUsers(server, ["ada"], "org/one");
  const { cursor } = await server.changesSince(0);
  await using child = startChild("create", path, "org/two");
  expect(await child.answer).toEqual({ app: 2 });
  expect((await server.apps()).map(({ key }) => String(key))).toEqual(["org/one", "org/two"]);
  expect(await server.changesSince(cursor)).toEqual({ cursor: cursor + 1, changes: [{ kind: "apps" }] });
});
