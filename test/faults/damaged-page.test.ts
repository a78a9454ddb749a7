import { expect, test } from "bun:test";
import { join } from "node:path";
import { openSqliteStore } from "../../src/store/sqlite/store.ts";
import { name } from "../contract/open-for-test.ts";
import { send } from "../harness/client.ts";
import { eventually } from "../harness/eventually.ts";
import { UsermetaProcess } from "../harness/usermeta-process.ts";
import { damagePage, firstFreePage, indexPages, pageOf, pageText } from "../store/damaged-files.ts";
import { temporaryFolder, write } from "../store/sqlite-fixture.ts";
import { filledApp, fillStore } from "./filled-store.ts";

const USERS = Array.from({ length: 400 }, (_, index) => `user${`${index}`.padStart(4, "0")}`);

for (const workers of [1, 2]) {
  test(`a damaged page affects only the users on it, with ${workers} worker(s), is logged once, and stays reported`, async () => {
    using folder = temporaryFolder();
    const path = await storeWithValues(folder.path);
    const page = pageOf(path, attributeOf("user0200"));
    const text = pageText(path, page);
    damagePage(path, page);
    const lost = USERS.filter((user) => text.includes(attributeOf(user)));
    const sound = USERS.filter((user) => !lost.includes(user));
    expect(lost.length).toBeGreaterThan(2);

    await using server = new UsermetaProcess(`sqlite:${path}`, { USERMETA_WORKERS: `${workers}` });
    const origin = await server.origin();
    const calls = filledApp(origin);
    const refused = await Promise.all([
      ...lost.map((user) => calls.get(user)),
      ...lost.map((user) => calls.set(user, { key: "new" })),
    ]);
    // Sets of other users share a transaction with theirs, and must not fail with it.
    const served = await Promise.all([
      ...lost.map((user) => calls.set(user, { key: "newer" })),
      ...sound.map((user) => calls.set(user, { key: anotherOf(user) })),
    ]);
    for (const answer of [...refused, ...served.slice(0, lost.length)]) expect(answer).toMatchObject({ status: 500 });
    for (const answer of served.slice(lost.length)) expect(answer).toMatchObject({ status: 200 });
    for (const user of sound) {
      expect((await calls.get(user)).body.data).toEqual({ key: anotherOf(user) });
    }
    await checkTold(server, origin);
  }, 60_000);
}

test("so does a damaged page of an index", async () => {
  using folder = temporaryFolder();
  const path = await storeWithValues(folder.path);
  // The last one: split pages hold remains of later rows, but not of this one.
  const pages = indexPages(path, "user0399");
  expect(pages.length).toBeGreaterThan(0);
  for (const page of pages) damagePage(path, page);
  await using server = new UsermetaProcess(`sqlite:${path}`);
  const origin = await server.origin();
  const calls = filledApp(origin);
  expect(await calls.get("user0399")).toMatchObject({ status: 500 });
  expect(await calls.set("user0399", { key: "new" })).toMatchObject({ status: 500 });
  expect(await calls.get("user0000")).toMatchObject({ status: 200, body: { data: { key: attributeOf("user0000") } } });
  expect(await calls.set("user0000", { key: anotherOf("user0000") })).toMatchObject({ status: 200 });
  await checkTold(server, origin);
}, 30_000);

test("a damaged list of free pages only fails writes that need a page of it", async () => {
  using folder = temporaryFolder();
  const path = await storeWithValues(folder.path);
  {
    await using store = await openSqliteStore(path);
    await store.deleteUsers(1, USERS.slice(0, 100).map(name), 1);
  }
  // The additions of a start are there already.
  {
    await using first = new UsermetaProcess(`sqlite:${path}`);
    await first.origin();
    await first.end("SIGTERM");
  }
  const page = firstFreePage(path);
  expect(page).toBeGreaterThan(0);
  damagePage(path, page);
  await using server = new UsermetaProcess(`sqlite:${path}`);
  const origin = await server.origin();
  const calls = filledApp(origin);
  expect(await calls.set("user0200", { key: anotherOf("user0200") })).toMatchObject({ status: 200 });
  await eventually(async () => {
    expect(await calls.set("user0300", { key: "x".repeat(2000), k2: "" })).toMatchObject({ status: 500 });
  });
  expect((await calls.get("user0300")).body.data).toEqual({ key: attributeOf("user0300") });
  expect(await calls.set("user0202", { key: anotherOf("user0202") })).toMatchObject({ status: 200 });
  await checkTold(server, origin);
}, 30_000);

/** One line, in ready ever after, and neither the process nor the writer's thread has ended. */
async function checkTold(server: UsermetaProcess, origin: string): Promise<void> {
  await server.logged("storeTroubled");
  expect(await send("GET", `${origin}/-/health`)).toMatchObject({ status: 200 });
  await eventually(async () => {
    const ready = await send("GET", `${origin}/-/ready`);
    expect(ready).toMatchObject({ status: 200, body: { status: "ready", troubles: ["page_damaged"] } });
  });
  expect(server.count("storeTroubled")).toBe(1);
  expect(server.count("storeTroubleOver")).toBe(0);
  expect(server.count("writerEnded")).toBe(0);
}

function attributeOf(user: string): string {
  return `value of ${user} `.repeat(20);
}

/** As long as the previous value: a row that grows may have to move to the page beside it. */
function anotherOf(user: string): string {
  return attributeOf(user).replaceAll("value", "other");
}

/** All in the file itself, nothing in the log. */
async function storeWithValues(folder: string): Promise<string> {
  const path = join(folder, "usermeta.db");
  await fillStore(path, USERS);
  await using store = await openSqliteStore(path);
  for (const user of USERS) await write(store, 1, user, attributeOf(user));
  return path;
}
