import { expect, test } from "bun:test";
import type { Store } from "../../../src/core/ports/store.ts";
import { send, signIn } from "../../harness/client.ts";
import { delegateStore } from "../../harness/delegate-store.ts";
import { eventually } from "../../harness/eventually.ts";
import { expectMetadataError } from "../../harness/expect-answer.ts";
import { connectRaw, type RawConnection } from "../../harness/raw.ts";
import { startTestService, type TestService } from "../../harness/service.ts";

const LARGE = { userBytesMax: 262_144, batchMax: 1000, appBytesMax: 1_000_000_000 };
const BATCH = "/org/app/metadata/user/get";
const BUSY = { status: 503, error: "service_unavailable", text: "Service Unavailable" };

/** Users with so much each, and an admin's token. */
async function withUsers(service: TestService, count: number, bytes: number) {
  const admin = await signIn(service);
  const names = Array.from({ length: count }, (_, index) => `user${index}`);
  for (const name of names) {
    await admin.newUser(name);
    await admin.set(name, { ext: "x".repeat(bytes - 3) });
  }
  return { admin, names };
}

/** Asks, and takes nothing of the answer. */
async function unread(origin: string, token: string, method: string, path: string, body?: object) {
  const connection = await connectRaw(origin);
  connection.pause();
  const headers = [["Authorization", `Bearer ${token}`]] as const;
  connection.request(method, path, { headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  return connection;
}

async function closeAll(connections: readonly RawConnection[]): Promise<void> {
  await Promise.all(connections.map((each) => each[Symbol.asyncDispose]()));
}

test("unread batch answers take little memory, and free it when their clients go", async () => {
  await using service = await startTestService({ app: LARGE });
  const { admin, names } = await withUsers(service, 40, 250_000);
  const { token } = admin;
  // In two spellings, each of which is answered: 20 MB.
  const targets = [...names, ...names.map((name) => name.toUpperCase())];
  const read = () => send("POST", `${service.base}/metadata/user/get`, { token, json: { targets } });
  const whole = await read();
  expect(whole.text.length).toBeGreaterThan(20_000_000);
  Bun.gc(true);
  const before = process.memoryUsage().rss;
  let grownBytes = 0;
  // Together more than an account may hold, if closed answers did not free their share.
  for (let round = 0; round < 5; round++) {
    const connections = await Promise.all(names.map(() => unread(service.origin, token, "POST", BATCH, { targets })));
    // Before this test's own reading, which takes more memory than all of that.
    if (round === 0) {
      await using other = await connectRaw(service.origin);
      for (let turn = 0; turn < 100; turn++) await other.call("GET", "/-/health");
      Bun.gc(true);
      grownBytes = process.memoryUsage().rss - before;
    }
    const others = await read();
    expect(others.body.data).toEqual(whole.body.data);
    const [first, ...rest] = connections;
    if (first === undefined) throw new Error("nothing was asked");
    first.resume();
    expect((await first.answer()).body.data).toEqual(whole.body.data);
    await closeAll([first, ...rest]);
  }
  // 800 MB at least if each answer were in memory once.
  expect(grownBytes).toBeLessThan(250_000_000);
  expect(service.faults).toEqual([]);
}, 60_000);

test("a large batch answer is the same as small ones put together, member for member", async () => {
  await using service = await startTestService({ app: LARGE });
  const { admin, names } = await withUsers(service, 30, 40_000);
  const { token } = admin;
  await admin.newUser("empty");
  await admin.set("user7", { nickname: "好" });
  const targets = ["nobody", "USER29", ...names, "empty", "10", "9", "user1", "not legal"];
  const ask = async (json: object) => {
    const answer = await send("POST", `${service.base}/metadata/user/get`, { token, json });
    return { ...answer, plain: answer.text.replace(/"(timestamp|duration)":\d+/g, '"$1":0') };
  };

  const large = await ask({ targets });
  expect(large.status).toBe(200);
  expect(large.headers.get("content-type")).toBe("application/json");
  const small = await Promise.all(targets.map(async (name) => await ask({ targets: [name] })));
  const data = small.flatMap(({ text }) => /"data":\{(.+)\},"lastModified"/.exec(text)?.slice(1) ?? []);
  const lastModified = small.flatMap(({ text }) => /"lastModified":\{([^}]+)\}/.exec(text)?.slice(1) ?? []);
  const once = [...new Set(data)];
  expect(once.length).toBe(31);
  expect(large.plain).toBe(
    `{"timestamp":0,"data":{${once.join(",")}},"lastModified":{${[...new Set(lastModified)].join(",")}},"duration":0}`,
  );

  const delta = await ask({ versions: Object.fromEntries([...names, "gone"].map((name) => [name, 1])) });
  expect(Object.keys(delta.body)).toEqual(["timestamp", "data", "lastModified", "unchanged", "removed", "duration"]);
  expect(Object.keys(delta.body.data)).toEqual(names);
  expect(delta.body).toMatchObject({ unchanged: [], removed: ["gone"] });
  const none = await ask({ targets: ["nobody"] });
  expect(none.plain).toBe('{"timestamp":0,"data":{},"lastModified":{},"duration":0}');
});

test("users deleted before a large answer reaches them are among the removed ones", async () => {
  let removing: (() => Promise<void>) | undefined;
  const wrap = (store: Store): Store => ({
    ...delegateStore(store),
    async attributesOf(app, users, purpose) {
      if (users.some((name) => name === "user1")) await removing?.();
      return await store.attributesOf(app, users, purpose);
    },
  });
  await using service = await startTestService({ app: LARGE, wrap });
  const { admin, names } = await withUsers(service, 8, 250_000);
  const { token } = admin;
  removing = async () => void (await send("DELETE", `${service.base}/users/user6`, { token }));
  const json = { versions: Object.fromEntries(names.map((name) => [name, 1])) };
  const answer = await send("POST", `${service.base}/metadata/user/get`, { token, json });
  expect(answer.body.removed).toEqual(["user6"]);
  expect(Object.keys(answer.body.data)).toEqual(names.filter((name) => name !== "user6"));
});

test("when the store fails in the middle of a large answer the connection is broken off, and the operator told", async () => {
  let isFailing = false;
  const wrap = (store: Store): Store => ({
    ...delegateStore(store),
    attributesOf(app, users, purpose) {
      if (isFailing && users.includes("user5" as never)) throw new Error("the disk is gone");
      return store.attributesOf(app, users, purpose);
    },
  });
  await using service = await startTestService({ app: LARGE, wrap });
  const { admin, names } = await withUsers(service, 8, 250_000);
  const { token } = admin;
  isFailing = true;
  await using connection = await connectRaw(service.origin);
  const headers = [["Authorization", `Bearer ${token}`]] as const;
  const body = JSON.stringify({ targets: names });
  expect(connection.call("POST", BATCH, { headers, body })).rejects.toThrow("the connection ended");
  await connection.closed;
  expect(service.faults.length).toBe(1);
  isFailing = false;
  expect((await send("POST", `${service.base}/metadata/user/get`, { token, json: { targets: names } })).status).toBe(
    200,
  );
});

const USERS = 60;

/** A service where one admin's clients take nothing of the answers that fill its room, until further ones are refused. */
async function withUnread() {
  const stack = new AsyncDisposableStack();
  const settings = { answersBytesMax: 4_194_304 };
  const service = stack.use(await startTestService({ app: LARGE, settings }));
  const { admin, names } = await withUsers(service, USERS, 250_000);
  const asked = { token: admin.token, json: { targets: names } };
  await eventually(async () => {
    stack.use(await unread(service.origin, admin.token, "POST", BATCH, asked.json));
    expect((await send("POST", `${service.origin}${BATCH}`, asked)).status).toBe(503);
  }, 20_000);
  return { service, admin, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

test("where there is no room for its answer a write is refused with nothing stored, and small calls go on", async () => {
  await using held = await withUnread();
  const { service, admin } = held;
  const { token } = admin;
  const before = (await admin.capacity()).valueOf();

  const sets = [
    ["PUT", "/metadata/user/user1", { form: { nickname: "Ada" } }],
    ["PATCH", "/metadata/user/user1", { form: { nickname: "Ada" } }],
    ["POST", "/metadata/user/set", { json: { targets: { user1: { nickname: "Ada" } } } }],
    ["POST", "/metadata/user/set", { json: { targets: { user1: { nickname: "Ada" } }, atomic: true } }],
    // One that changes nothing has the same answer.
    ["PUT", "/metadata/user/user1", { form: { nickname: "" } }],
  ] as const;
  for (const [method, path, sent] of sets) {
    const answer = await send(method, `${service.base}${path}`, { token, ...sent });
    expectMetadataError(answer, BUSY);
    expect(answer.headers.get("retry-after")).toBe("1");
  }
  expect(await admin.capacity()).toBe(before);
  // An error that would show all of it.
  const headers = { "if-match": '"other"' };
  const current = await send("PUT", `${service.base}/metadata/user/user1`, { token, headers, form: { ext: "y" } });
  expectMetadataError(current, BUSY);

  await admin.newUser("ada");
  expect((await admin.set("ada", { nickname: "Ada" })).status).toBe(200);
  expect((await send("HEAD", `${service.base}/metadata/user/user1`, { token })).status).toBe(200);
  expect(service.faults).toEqual([]);
}, 60_000);

test("another account finds room for a large answer", async () => {
  await using held = await withUnread();
  const { service, admin } = held;
  const user1 = await admin.tokenOf("user1");
  const own = await send("GET", `${service.base}/metadata/user/user1`, { token: user1 });
  expect([own.status, own.body.data.ext.length]).toEqual([200, 249_997]);
  const set = await send("PUT", `${service.base}/metadata/user/user1`, { token: user1, form: { a: "b" } });
  expect(set.status).toBe(200);
}, 60_000);

test("HEAD of a large answer is answered without it, again and again, and holds nothing", async () => {
  await using service = await startTestService({ app: LARGE });
  const { admin } = await withUsers(service, 1, 262_000);
  const headers = [["Authorization", `Bearer ${admin.token}`]] as const;
  await using connection = await connectRaw(service.origin);
  for (let count = 0; count < 300; count++) {
    expect((await connection.call("HEAD", "/org/app/metadata/user/user0", { headers })).status).toBe(200);
  }
  expect((await admin.get("user0")).status).toBe(200);
});
