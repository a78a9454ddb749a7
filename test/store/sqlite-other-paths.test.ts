import { expect, test } from "bun:test";
import { linkSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Connection } from "../../src/store/sqlite/connection/connection.ts";
import { awaitFormerServer, HEARTBEAT_MS } from "../../src/store/sqlite/files/holder.ts";
import { migrateSqliteForServer } from "../../src/store/sqlite/schema/migrate-for-server.ts";
import { SQLITE_MIGRATIONS } from "../../src/store/sqlite/schema/schema.ts";
import { openSqliteStore } from "../../src/store/sqlite/store.ts";
import { eventually } from "../harness/eventually.ts";
import { makeOlderSqlite, sqliteSchema } from "./older-store.ts";
import { type Child, startChild } from "./sqlite-child-process.ts";
import { faultOf, temporaryFolder, withUsers } from "./sqlite-fixture.ts";

const mayMount =
  process.platform === "linux" && Bun.spawnSync(["unshare", "-m", "--", "true"]).exitCode === 0 && canBind();
/** In containers that may not mount, as in CI, a removed lock file shows the same lock. */
if (!mayMount) console.error("!!! NOT TESTED: a store on a bind mount, which this machine may not make");

test("a file with a second name is refused, by either name, for servers and for commands", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "usermeta.db");
  const other = join(folder.path, "other.db");
  await (await openSqliteStore(path))[Symbol.asyncDispose]();
  linkSync(path, other);
  for (const [name, exclusive] of [
    [path, true],
    [other, true],
    [path, false],
    [other, false],
  ] as const) {
    const { fault, message } = await faultOf(openSqliteStore(name, { exclusive }));
    expect(fault).toBe("cannot_open");
    expect(message).toContain(`${name} has 2 names (hard links)`);
    expect(message).not.toContain("\n");
  }
  rmSync(other);
  await using store = await openSqliteStore(path, { exclusive: true });
  await store.ping();
}, 60_000);

test("a second server is refused although the lock file is gone, and succeeds immediately after kill -9", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "usermeta.db");
  await using first = startChild("hold", path, "127.0.0.1:8080");
  await first.answer;
  rmSync(`${path}.lock`);
  const refused = { fault: "in_use", message: `${path} is in use by the usermeta server with process id ${first.pid}` };
  expect(await faultOf(openSqliteStore(path, { exclusive: true }))).toMatchObject(refused);
  // A command cannot tell which log the server uses.
  expect(await faultOf(openSqliteStore(path))).toMatchObject({ fault: "in_use" });
  await first.kill();
  const waits: string[] = [];
  await using second = await openSqliteStore(path, {
    exclusive: true,
    onHolderAwaited: (text) => void waits.push(text),
  });
  await second.ping();
  expect(waits).toEqual([]);
}, 60_000);

test.skipIf(!mayMount)(
  "a second server on a bind mount of the file is refused, and names the first",
  async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "usermeta.db");
    const mounted = join(folder.path, "mounted.db");
    writeFileSync(mounted, "");
    await using first = startChild("hold", path, "127.0.0.1:8080");
    await first.answer;
    const by = `${mounted} is in use by the usermeta server with process id ${first.pid}`;
    await using server = startChild("hold", mounted, "", bindMount(path, mounted));
    expect(await server.answer).toMatchObject({ fault: "in_use", message: by });
    await using command = startChild("create", mounted, "org/app", bindMount(path, mounted));
    expect(await command.answer).toMatchObject({ fault: "in_use", message: expect.stringContaining(by) });
    await first.kill();
    await using second = startChild("hold", mounted, "", bindMount(path, mounted));
    expect(await second.answer).toHaveProperty("holding");
  },
  60_000,
);

test.skipIf(!mayMount)(
  "of servers that start at the same time through two paths exactly one gets the store",
  async () => {
    for (let round = 0; round < 3; round++) {
      using folder = temporaryFolder();
      const path = join(folder.path, "usermeta.db");
      const mounted = join(folder.path, "mounted.db");
      await (await openSqliteStore(path))[Symbol.asyncDispose]();
      writeFileSync(mounted, "");
      await using children = new AsyncDisposableStack();
      const started = Array.from({ length: 4 }, (_, index): Child => {
        const child =
          index % 2 === 0 ? startChild("hold", path, "") : startChild("hold", mounted, "", bindMount(path, mounted));
        return children.use(child);
      });
      const answers = await Promise.all(started.map(({ answer }) => answer));
      expect(answers.filter(({ holding }) => holding !== undefined)).toHaveLength(1);
      expect(answers.filter(({ fault }) => fault === "in_use")).toHaveLength(3);
    }
  },
  60_000,
);

test("a server of another system counts as alive exactly as long as its heartbeat moves", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "usermeta.db");
  await (await openSqliteStore(path, { exclusive: true }))[Symbol.asyncDispose]();
  const connection = new Connection(path);
  connection.run("INSERT INTO holder VALUES ('another-boot', 4711, 'pid:[1]', 5, '10.0.0.1:8080', 'nonce')");
  connection.close();
  const waits: string[] = [];
  const open = () => openSqliteStore(path, { exclusive: true, onHolderAwaited: (text) => void waits.push(text) });
  const beating = setInterval(() => utimesSync(path, new Date(), new Date()), HEARTBEAT_MS / 4);
  const { fault, message } = await faultOf(open());
  clearInterval(beating);
  expect(fault).toBe("in_use");
  expect(message).toBe(
    `${path} is in use by the usermeta server with process id 4711 on another system or in another container`,
  );
  await using store = await open();
  await store.ping();
  expect(waits).toEqual(Array(2).fill(`${path} was served elsewhere: waiting 5 s to see whether it still is`));
}, 60_000);

test("a store is not migrated under a server of another system", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "usermeta.db");
  makeOlderSqlite(path, SQLITE_MIGRATIONS.length - 1);
  const connection = new Connection(path);
  connection.run("INSERT INTO holder VALUES ('another-boot', 4711, 'pid:[1]', 5, '10.0.0.1:8080', 'nonce')");
  connection.close();
  const before = sqliteSchema(path);
  const waits: string[] = [];
  const migrate = () => migrateSqliteForServer(path, { onHolderAwaited: (text) => void waits.push(text) });
  const beating = setInterval(() => utimesSync(path, new Date(), new Date()), HEARTBEAT_MS / 4);
  expect(await faultOf(migrate())).toMatchObject({ fault: "in_use" });
  clearInterval(beating);
  expect(sqliteSchema(path)).toEqual(before);
  await migrate();
  await using store = await openSqliteStore(path, {
    exclusive: true,
    onHolderAwaited: (text) => void waits.push(text),
  });
  await store.ping();
  expect(waits).toEqual(Array(2).fill(`${path} was served elsewhere: waiting 5 s to see whether it still is`));
}, 60_000);

test("on a system without such locks the process named in the file decides, but not a later process with its id", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "usermeta.db");
  await (await openSqliteStore(path))[Symbol.asyncDispose]();
  const connection = new Connection(path);
  await using other = startChild("hold", join(folder.path, "other.db"), "");
  await other.answer;
  const named = new Connection(join(folder.path, "other.db"), { mustExist: true });
  const columns = "boot, pid, pid_namespace, started, listen, nonce";
  const row = named.get<Record<string, string | number>>(`SELECT ${columns} FROM holder`) ?? {};
  named.close();
  connection.run(`INSERT INTO holder (${columns}) VALUES (?, ?, ?, ?, ?, ?)`, ...Object.values(row));
  expect(await faultOf(awaitFormerServer(connection, false))).toMatchObject({
    fault: "in_use",
    message: `${path} is in use by the usermeta server with process id ${other.pid}`,
  });
  const waits: string[] = [];
  const onWait = (text: string): void => void waits.push(text);
  connection.run("UPDATE holder SET started = started + 1");
  await awaitFormerServer(connection, false, onWait);
  connection.run("UPDATE holder SET started = started - 1");
  await other.kill();
  await awaitFormerServer(connection, false, onWait);
  expect(waits).toEqual([]);
  connection.close();
}, 60_000);

test("no start waits for a server that ended cleanly, on any system", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "usermeta.db");
  await (await openSqliteStore(path, { exclusive: true }))[Symbol.asyncDispose]();
  const connection = new Connection(path);
  expect(connection.all("SELECT * FROM holder")).toEqual([]);
  connection.close();
}, 60_000);

test("a server's heartbeat continues while nothing is written, and invalidates no cached read", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "usermeta.db");
  await using store = await openSqliteStore(path, { exclusive: true });
  await withUsers(store, ["ada"]);
  const connection = new Connection(path, { mustExist: true });
  const version = () => connection.get<{ data_version: number }>("PRAGMA data_version")?.data_version;
  const before = version();
  const from = Bun.file(path).lastModified;
  await eventually(async () => expect(Bun.file(path).lastModified).toBeGreaterThan(from), 10 * HEARTBEAT_MS);
  expect(version()).toBe(before ?? 0);
  connection.close();
}, 60_000);

function bindMount(path: string, mounted: string): readonly string[] {
  const script = 'mount --bind "$1" "$2" && shift 2 && exec "$@"';
  return ["unshare", "-m", "--", "sh", "-c", script, "sh", path, mounted];
}

function canBind(): boolean {
  using folder = temporaryFolder();
  const [one, other] = [join(folder.path, "one"), join(folder.path, "other")];
  for (const path of [one, other]) writeFileSync(path, "");
  return Bun.spawnSync([...bindMount(one, other), "true"]).exitCode === 0;
}
