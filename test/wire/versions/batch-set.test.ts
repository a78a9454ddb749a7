import { expect, test } from "bun:test";
import { type Answer, send, signIn } from "../../harness/client.ts";
import { expectMetadataError } from "../../harness/expect-answer.ts";
import { startTestService } from "../../harness/service.ts";

const CONFLICT = "update userMetadata failed, concurrent updates not allowed";

async function start(app = {}, users = ["ada", "bob", "cyd"]) {
  const service = await startTestService({ app });
  const admin = await signIn(service);
  for (const user of users) await admin.newUser(user);
  const set = (json: unknown, token: string | undefined = admin.token): Promise<Answer> =>
    send("POST", `${service.base}/metadata/user/set`, { token, json });
  const stored = async (): Promise<unknown> =>
    (await send("POST", `${service.base}/metadata/user/get`, { token: admin.token, json: { targets: users } })).body
      .data;
  return { service, admin, set, stored, [Symbol.asyncDispose]: () => service[Symbol.asyncDispose]() };
}

test("every user gets the changes that a PATCH would make, in one call", async () => {
  await using started = await start();
  const { admin, set, stored } = started;
  await admin.set("bob", { nickname: "Bob", sign: "hi" });
  const before = await admin.set("cyd", { nickname: "Cyd" });
  const answer = await set({
    targets: { Ada: { nickname: "Ada", age: 36 }, bob: { sign: null }, cyd: { nickname: "Cyd" } },
  });
  expect(answer.status).toBe(200);
  expect(answer.body.data).toEqual({
    Ada: { age: "36", nickname: "Ada" },
    bob: { nickname: "Bob" },
    cyd: { nickname: "Cyd" },
  });
  expect(answer.body.errors).toEqual({});
  expect(answer.body.lastModified.cyd).toBe(before.body.lastModified);
  expect(answer.body.lastModified.Ada).toBe((await admin.get("ada")).body.lastModified);
  expect(await stored()).toEqual({
    ada: { age: "36", nickname: "Ada" },
    bob: { nickname: "Bob" },
    cyd: { nickname: "Cyd" },
  });
  expect((await set({ targets: {} })).body).toMatchObject({ data: {}, lastModified: {}, errors: {} });
});

test("each succeeds or fails alone, with the answer of the single call", async () => {
  await using started = await start();
  const { admin, set, stored } = started;
  const cyd = await admin.set("cyd", { nickname: "Cyd" });
  const answer = await set({
    targets: {
      ada: { ext: "x".repeat(2046) },
      bob: { nickname: "Bob" },
      cyd: { nickname: "C", sign: "s" },
      nobody: { nickname: "x" },
      "a b": { nickname: "x" },
    },
    versions: { cyd: cyd.body.lastModified - 1 },
  });
  expect(answer.status).toBe(200);
  expect(answer.body.data).toEqual({ bob: { nickname: "Bob" } });
  const { errors } = answer.body;
  expect(Object.keys(errors).sort()).toEqual(["a b", "ada", "cyd", "nobody"]);
  expect(errors.ada).toMatchObject({ status: 403, error: "FORBIDDEN", used: 0, limit: 2048, attempted: 2049 });
  expect(errors.nobody).toMatchObject({ status: 404, error: "service_resource_not_found" });
  expect(errors["a b"]).toEqual(errors.nobody);
  expect(errors.cyd).toMatchObject({
    status: 412,
    lastModified: cyd.body.lastModified,
    etag: cyd.headers.get("etag"),
    current: { nickname: "Cyd", sign: null },
  });
  expect(await stored()).toEqual({ bob: { nickname: "Bob" }, cyd: { nickname: "Cyd" } });
  const good = await set({ targets: { cyd: { nickname: "C" } }, versions: { cyd: cyd.body.lastModified } });
  expect(good.body.data).toEqual({ cyd: { nickname: "C" } });
});

test("atomic: one user who cannot be changed prevents all others, and the answer has that user's status", async () => {
  await using started = await start({ appBytesMax: 3000 });
  const { admin, set, stored } = started;
  const ada = await admin.set("ada", { nickname: "Ada" });
  const targets = { ada: { nickname: "A" }, bob: { nickname: "B" } };
  const atomic = (json: object) => set({ atomic: true, ...json });
  const refused = [
    [404, { targets: { ...targets, nobody: { nickname: "x" } } }, "nobody"],
    [403, { targets: { ...targets, cyd: { ext: "x".repeat(2046) } } }, "cyd"],
    [403, { targets: { ...targets, bob: { ext: "x".repeat(1500) }, cyd: { ext: "x".repeat(1500) } } }, "bob"],
    [412, { targets, versions: { ada: 1 } }, "ada"],
  ] as const;
  for (const [status, json, blamed] of refused) {
    const answer = await atomic(json);
    expect([answer.status, Object.keys(answer.body.errors)[0]]).toEqual([status, blamed]);
    expect(answer.body.error_description).toStartWith(`nothing was stored: ${blamed}: `);
    expect(await stored()).toEqual({ ada: { nickname: "Ada" } });
    expect((await admin.get("ada")).headers.get("etag")).toBe(ada.headers.get("etag"));
  }
  const done = await atomic({ targets, versions: { ada: ada.body.lastModified } });
  expect([done.status, done.body.data]).toEqual([200, { ada: { nickname: "A" }, bob: { nickname: "B" } }]);
  expect(await stored()).toEqual({ ada: { nickname: "A" }, bob: { nickname: "B" } });
});

test("a batch with conflicts refuses those users with 409, and none where conflicts are merged", async () => {
  const { holdWrites } = await import("../../harness/held-store.ts");
  for (const conflicts of ["refuse", "merge"] as const) {
    const held = holdWrites();
    await using service = await startTestService({ gate: held.gate, app: { conflicts } });
    const { token, newUser, get } = await signIn(service);
    for (const user of ["ada", "bob"]) await newUser(user);
    const set = (n: number, atomic: boolean) => {
      const targets = { ada: { [`k${n}`]: "v" }, bob: { [`k${n}`]: "v" } };
      return send("POST", `${service.base}/metadata/user/set`, { token, json: { targets, atomic } });
    };
    held.hold();
    const sets = [set(0, false), set(1, false), set(2, true), set(3, true)];
    await held.waiting(4);
    held.release();
    const answers = await Promise.all(sets);
    const keys = Object.keys((await get("ada")).body.data);
    if (conflicts === "merge") {
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
      for (const { body } of answers) expect(body.errors).toEqual({});
      expect(keys).toEqual(["k0", "k1", "k2", "k3"]);
    } else {
      expect(keys).toHaveLength(1);
      for (const [n, { status, body }] of answers.entries()) {
        if (`k${n}` === keys[0]) expect(status).toBe(200);
        else if (n < 2) expect([status, body.errors.ada.status, body.data.ada]).toEqual([200, 409, undefined]);
        else expectMetadataError(answers[n] as Answer, conflict(body.errors));
      }
    }
    expect((await get("bob")).body.data).toEqual((await get("ada")).body.data);
  }
});

test("after a conflict a user's version is checked again, and decides about all of an atomic batch", async () => {
  const { holdWrites } = await import("../../harness/held-store.ts");
  const held = holdWrites();
  await using service = await startTestService({ gate: held.gate, app: { conflicts: "merge" } });
  const { token, newUser, get, set } = await signIn(service);
  for (const user of ["ada", "bob"]) await newUser(user);
  const seen = (await set("ada", { n: "0" })).body.lastModified;
  const batch = (json: object) => send("POST", `${service.base}/metadata/user/set`, { token, json });
  held.hold();
  const single = set("ada", { by: "single" });
  await held.waiting(1);
  const whole = batch({ targets: { ada: { whole: "1" }, bob: { whole: "1" } }, atomic: true });
  await held.waiting(2);
  const bound = batch({ targets: { ada: { bound: "1" }, bob: { bound: "1" } }, versions: { ada: seen } });
  await held.waiting(3);
  const boundWhole = batch({ targets: { ada: { x: "1" }, bob: { x: "1" } }, versions: { ada: seen }, atomic: true });
  await held.waiting(4);
  held.release();
  const [first, second, third, fourth] = await Promise.all([single, whole, bound, boundWhole]);
  const ada = (await get("ada")).body.data;
  const bob = (await get("bob")).body.data;
  expect([first.status, second.status]).toEqual([200, 200]);
  expect([ada.by, ada.whole, bob.whole]).toEqual(["single", "1", "1"]);
  // At most one can have met its version; the others are told the stored one.
  expect(third.status).toBe(200);
  if (ada.bound === undefined) expect(third.body.errors.ada).toMatchObject({ status: 412, current: { bound: null } });
  expect(bob.bound).toBe("1");
  expect([fourth.status, ada.x, bob.x]).toEqual(ada.x === undefined ? [412, undefined, undefined] : [200, "1", "1"]);
  expect([ada.bound, ada.x]).toContain(undefined);
});

test("a conflict on a named version is reported as a version mismatch, not as a conflict", async () => {
  const { holdWrites } = await import("../../harness/held-store.ts");
  const held = holdWrites();
  await using service = await startTestService({ gate: held.gate });
  const { token, newUser, get, set } = await signIn(service);
  await newUser("ada");
  const versions = { ada: (await set("ada", { n: "0" })).body.lastModified };
  held.hold();
  const batches = ["a", "b"].map((by) =>
    send("POST", `${service.base}/metadata/user/set`, { token, json: { targets: { ada: { by } }, versions } }),
  );
  await held.waiting(2);
  held.release();
  const answers = await Promise.all(batches);
  const stored = (await get("ada")).body;
  const loser = answers.find(({ body }) => body.errors.ada !== undefined);
  expect(loser?.body.errors.ada).toMatchObject({
    status: 412,
    lastModified: stored.lastModified,
    current: { by: stored.data.by },
  });
  expect(answers.filter(({ body }) => body.data.ada !== undefined)).toHaveLength(1);
});

function conflict(errors: unknown) {
  const text = `nothing was stored: ada: ${CONFLICT}`;
  return { status: 409, error: "CONFLICT", text, details: { errors } };
}

test("it is for admins only, and no other caller learns anything", async () => {
  await using started = await start();
  const { admin, set, service } = started;
  const ada = await admin.tokenOf("ada");
  for (const target of ["ada", "bob", "nobody"]) {
    const answer = await set({ targets: { [target]: { nickname: "x" } } }, ada);
    expectMetadataError(answer, { status: 401, error: "unauthorized", text: "unauthorized" });
  }
  expect((await send("POST", `${service.base}/metadata/user/set`, { json: { targets: {} } })).status).toBe(401);
});

test.each([
  [{}, "targets: not a JSON object"],
  [{ targets: ["ada"] }, "targets: not a JSON object"],
  [{ targets: { ada: "x" } }, "targets.ada: not a JSON object"],
  [{ targets: { ada: { a: {} } } }, 'targets.ada: the value of "a" is no text'],
  [{ targets: { ada: {}, ADA: {} } }, "the user ada is named twice"],
  [{ targets: { ada: {} }, versions: { bob: 1 } }, "versions: bob is no target"],
  [{ targets: { ada: {} }, versions: { ada: "1" } }, 'versions: the value of "ada" is no whole number'],
])("%j is 400", async (json, text) => {
  await using started = await start();
  expectMetadataError(await started.set(json), { status: 400, error: "illegal_argument", text });
});

test("it takes as many users as a batch read, and the users called set and get are reached all the same", async () => {
  await using started = await start({ batchMax: 2 }, ["set", "get", "capacity"]);
  const { admin, set } = started;
  const answer = await set({ targets: { set: { a: "1" }, get: { a: "2" }, capacity: { a: "3" } } });
  expectMetadataError(answer, { status: 403, error: "FORBIDDEN", text: "exceed allowed batch size 2" });
  expect((await set({ targets: { set: { a: "1" }, capacity: { a: "2" } } })).body.data).toEqual({
    set: { a: "1" },
    capacity: { a: "2" },
  });
  expect((await admin.set("set", { b: "2" })).body.data).toEqual({ a: "1", b: "2" });
  expect((await admin.get("set")).body.data).toEqual({ a: "1", b: "2" });
});
