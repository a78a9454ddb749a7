import { expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Connection } from "../../src/store/sqlite/connection/connection.ts";
import { openSqliteStore } from "../../src/store/sqlite/store.ts";
import { openSqliteTarget } from "../../src/store/sqlite/transfer/transfer.ts";
import { Cli } from "../cli/cli.ts";
import { faultOf, temporaryFolder } from "./sqlite-fixture.ts";

test("a created store is marked, readable by its owner only", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "usermeta.db");
  await make(path);
  expect(statSync(`${path}.made`).mode & 0o777).toBe(0o600);
  expect(readFileSync(`${path}.made`, "utf8")).toContain("Restore a backup");
}, 30_000);

test("an older store without a marker gets one when it is opened", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "usermeta.db");
  await make(path);
  rmSync(`${path}.made`);
  await make(path);
  expect(existsSync(`${path}.made`)).toBe(true);
}, 30_000);

test("the target of a copy is marked too", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "usermeta.db");
  await (await openSqliteTarget(path))[Symbol.asyncDispose]();
  expect(existsSync(`${path}.made`)).toBe(true);
}, 30_000);

test("another program's database is not marked", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "usermeta.db");
  const connection = new Connection(path);
  connection.exec("CREATE TABLE users (name TEXT)");
  connection.close();
  await faultOf(openSqliteStore(path, { exclusive: true }));
  expect(existsSync(`${path}.made`)).toBe(false);
}, 30_000);

const EMPTY: Readonly<Record<string, (path: string) => void>> = {
  missing: (path) => rmSync(path),
  "of no bytes": (path) => writeFileSync(path, ""),
  "a database without tables": (path) => {
    rmSync(path);
    const connection = new Connection(path);
    connection.exec("VACUUM");
    connection.close();
  },
};

for (const [what, lose] of Object.entries(EMPTY)) {
  test(`where a store was created and the file is ${what}, no new one is created: exit 2, and the marker is named`, async () => {
    using cli = new Cli();
    await cli.ok("app create org/app");
    const source = join(cli.folder, "source.db");
    await make(source);
    const path = join(cli.folder, "data", "usermeta.db");
    lose(path);
    const there = readdirSync(join(cli.folder, "data")).sort();
    const copies = [
      `copy --from sqlite:${source} --to sqlite:${path}`,
      `copy --from sqlite:${path} --to sqlite:new.db`,
    ];
    for (const line of ["serve --listen 127.0.0.1:0", "app create org/other", "app list", ...copies]) {
      const { code, err } = await cli.run(line);
      expect({ line, code }).toEqual({ line, code: 2 });
      expect(err).toContain(`${path}.made says that a store was made there`);
      expect(err).toContain('docs/OPERATIONS.md says under "Restore a backup"');
      expect(err.trim()).not.toContain("\n");
    }
    if (what === "missing") expect(readdirSync(join(cli.folder, "data")).sort()).toEqual(there);
    // The way to start with an empty store.
    rmSync(`${path}.made`);
    await cli.ok("app create org/other");
    expect(await cli.json("app list")).toHaveLength(1);
  }, 30_000);
}

test("the marker of a store behind a symbolic link is beside the file", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "usermeta.db");
  const link = join(folder.path, "link.db");
  await make(path);
  symlinkSync(path, link);
  rmSync(path);
  expect((await faultOf(openSqliteStore(link))).message).toContain(`${path}.made`);
}, 30_000);

async function make(path: string): Promise<void> {
  await (await openSqliteStore(path, { exclusive: true }))[Symbol.asyncDispose]();
}
