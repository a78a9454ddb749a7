import { expect, test } from "bun:test";
import { type Answer, send, signIn } from "../../harness/client.ts";
import { startTestService } from "../../harness/service.ts";

async function start(app = {}) {
  const service = await startTestService({ app });
  const admin = await signIn(service);
  const ask = (json: unknown, token = admin.token): Promise<Answer> =>
    send("POST", `${service.base}/metadata/user/get`, { token, json });
  /** The answer about users, without the envelope's times. */
  const told = async (json: unknown) => {
    const { status, body } = await ask(json);
    expect(status).toBe(200);
    const { data, lastModified, unchanged, removed, ...rest } = body;
    expect(Object.keys(rest).sort()).toEqual(["duration", "timestamp"]);
    expect(Object.keys(lastModified).sort()).toEqual(Object.keys(data).sort());
    return { data, unchanged, removed };
  };
  return { service, admin, ask, told, [Symbol.asyncDispose]: () => service[Symbol.asyncDispose]() };
}

test("only users with another version come back, and the others are named", async () => {
  await using started = await start();
  const { service, admin, told, ask } = started;
  for (const user of ["ada", "bob", "cyd", "dan", "eve"]) {
    await admin.newUser(user);
    await admin.set(user, { nickname: user, sign: "hi" });
  }
  const targets = ["ada", "bob", "cyd", "dan", "eve"];
  const versions: Record<string, number> = (await ask({ targets })).body.lastModified;
  expect(await told({ versions })).toEqual({ data: {}, unchanged: targets, removed: [] });

  await admin.set("bob", { sign: "new" });
  await send("DELETE", `${service.base}/metadata/user/cyd`, { token: admin.token });
  await send("DELETE", `${service.base}/users/dan`, { token: admin.token });
  const news = await told({ versions });
  expect(news).toEqual({
    data: { bob: { nickname: "bob", sign: "new" }, cyd: {} },
    unchanged: ["ada", "eve"],
    removed: ["dan"],
  });
  expect((await told({ versions, properties: ["nickname"] })).data).toEqual({ bob: { nickname: "bob" }, cyd: {} });

  // Older and newer are another all the same.
  const off = { ada: (versions.ada ?? 0) - 1, eve: (versions.eve ?? 0) + 1_000_000 };
  expect(Object.keys((await told({ versions: off })).data)).toEqual(["ada", "eve"]);
});

test("a user created again counts as changed, and one without attributes has a version too", async () => {
  await using started = await start();
  const { service, admin, told, ask } = started;
  await admin.newUser("ada");
  const first = (await ask({ versions: { ada: 0 } })).body;
  expect([first.data, first.unchanged, first.removed]).toEqual([{ ada: {} }, [], []]);
  expect(await told({ versions: first.lastModified })).toEqual({ data: {}, unchanged: ["ada"], removed: [] });
  const set = await admin.set("ada", { nickname: "Ada" });
  await send("DELETE", `${service.base}/users/ada`, { token: admin.token });
  // A user created in the very millisecond of the last change could not be told from the old one.
  while (Date.now() <= set.body.lastModified) await Bun.sleep(1);
  await admin.newUser("ada");
  expect(await told({ versions: { ada: set.body.lastModified } })).toMatchObject({ data: { ada: {} }, unchanged: [] });
});

test("targets beside the versions are answered as without them, and a user in both by the versions", async () => {
  await using started = await start();
  const { admin, told } = started;
  for (const user of ["ada", "bob", "none"]) await admin.newUser(user);
  const ada = (await admin.set("ada", { nickname: "Ada" })).body.lastModified;
  await admin.set("bob", { nickname: "Bob" });
  const targets = ["bob", "ada", "none", "nobody", "a b", "Bob"];
  expect(await told({ targets, versions: { ada, ghost: 5, "x y": 7, ADA: 1 } })).toEqual({
    data: { ADA: { nickname: "Ada" }, bob: { nickname: "Bob" }, Bob: { nickname: "Bob" } },
    unchanged: ["ada"],
    removed: ["x y", "ghost"],
  });
});

test("without versions there are no lists, with empty ones there are", async () => {
  await using started = await start();
  const { ask } = started;
  for (const json of [{ targets: [] }, { targets: [], versions: null }]) {
    const { body } = await ask(json);
    expect([body.unchanged, body.removed]).toEqual([undefined, undefined]);
  }
  const { body } = await ask({ targets: [], versions: {} });
  expect([body.data, body.unchanged, body.removed]).toEqual([{}, [], []]);
  expect((await ask({ versions: {} })).status).toBe(200);
});

test("versions that are no whole numbers by name are 400, and both together count for the limit", async () => {
  await using started = await start({ batchMax: 3 });
  const { ask, admin } = started;
  for (const versions of [[], "x", 5, { ada: "1" }, { ada: 1.5 }, { ada: null }, { ada: -0.1 }, { ada: 1e300 }]) {
    expect([versions, (await ask({ targets: [], versions })).status]).toEqual([versions, 400]);
  }
  expect((await ask({})).status).toBe(400);
  expect((await ask({ versions: { a: 1, b: 2, c: 3, d: 4 } })).status).toBe(403);
  expect((await ask({ targets: ["a", "b"], versions: { c: 3, d: 4 } })).status).toBe(403);
  expect((await ask({ targets: ["a", "b", "c"], versions: { c: 3 } })).status).toBe(200);
  // Also in the form that clients send most, read by a shorter way.
  await admin.newUser("__proto__");
  const raw = async (body: string) =>
    (await send("POST", `${started.service.base}/metadata/user/get`, { token: admin.token, body })).body;
  expect(Object.entries((await raw('{"versions":{"__proto__":1}}')).data)).toEqual([["__proto__", {}]]);
  expect((await raw('{"versions":{"a":1,"a":2}}')).removed).toEqual(["a"]);
  expect((await raw('{ "versions" : { "a" : 1 } }')).removed).toEqual(["a"]);
  expect((await raw('{"versions":{"a":1,"b":2,"c":3,"d":4}}')).error).toBe("FORBIDDEN");
  expect((await raw('{"versions":{"a":1,}}')).error).toBe("json_parse");
});

test("a list of 1,000 in which 3 have changed takes 10 calls and a small part of the bytes", async () => {
  await using started = await start();
  const { service, admin, ask } = started;
  const users = Array.from({ length: 1000 }, (_, n) => `user${n}`);
  const { token } = admin;
  // Without passwords, whose hashing would take all the time of the test.
  for (let from = 0; from < users.length; from += 50)
    await Promise.all(users.slice(from, from + 50).map(admin.newUser));
  const parts = Array.from({ length: 10 }, (_, n) => users.slice(n * 100, n * 100 + 100));
  for (const part of parts) {
    const profile = (user: string) => ({ nickname: `Nick ${user}`, avatarurl: `https://cdn.example/${user}.png` });
    const targets = Object.fromEntries(part.map((user) => [user, profile(user)]));
    expect((await send("POST", `${service.base}/metadata/user/set`, { token, json: { targets } })).status).toBe(200);
  }
  const whole = await Promise.all(parts.map((targets) => ask({ targets })));
  for (const user of ["user5", "user500", "user999"]) await admin.set(user, { nickname: "changed" });
  const deltas = await Promise.all(whole.map(({ body }) => ask({ versions: body.lastModified })));
  expect(Object.assign({}, ...deltas.map(({ body }) => body.data))).toEqual({
    user5: { avatarurl: "https://cdn.example/user5.png", nickname: "changed" },
    user500: { avatarurl: "https://cdn.example/user500.png", nickname: "changed" },
    user999: { avatarurl: "https://cdn.example/user999.png", nickname: "changed" },
  });
  expect(deltas.reduce((sum, { body }) => sum + body.unchanged.length, 0)).toBe(997);
  const bytes = (answers: readonly Answer[]) => answers.reduce((sum, { text }) => sum + text.length, 0);
  expect(bytes(deltas)).toBeLessThan(bytes(whole) / 7);
}, 60_000);

test("a number with a leading zero is no JSON, here as anywhere", async () => {
  await using started = await start();
  const { service, admin } = started;
  for (const body of ['{"versions":{"ada":01}}', '{"versions":{"ada":01}, "targets":[]}']) {
    const answer = await send("POST", `${service.base}/metadata/user/get`, { token: admin.token, body });
    expect([answer.status, answer.body.error]).toEqual([400, "json_parse"]);
  }
});
