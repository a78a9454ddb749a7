import { expect, test } from "bun:test";
import { type Client, UsermetaError } from "../../packages/client/src/index.ts";
import { send } from "../harness/client.ts";
import { connect } from "./connected.ts";

async function failure(call: Promise<unknown>): Promise<UsermetaError> {
  const error = await call.then(
    () => undefined,
    (reason) => reason,
  );
  if (!(error instanceof UsermetaError)) throw new Error(`no UsermetaError: ${error}`);
  return error;
}

test("a set returns all attributes, which are cached from then on", async () => {
  await using connected = await connect();
  const { admin, client, counted } = connected;
  await admin.newUser("ada");
  await admin.set("ada", { sign: "hi", ext: "e" });
  const heard: unknown[] = [];
  client.subscribe("ada", () => heard.push(client.peek("ada")?.attributes));
  const set = await client.set("Ada", { nickname: "Ada", gender: 2, sign: null });
  expect(set.attributes).toEqual({ ext: "e", gender: "2", nickname: "Ada" });
  expect(set.etag).toMatch(/^"/);
  expect(client.peek("ada")).toBe(set);
  expect(heard).toEqual([set.attributes]);
  expect(await client.get("ada", { maxAgeMs: 1000 })).toBe(set);
  expect(counted.calls).toEqual(["PATCH /metadata/user/ada"]);
  // A set that changes nothing returns the same object.
  expect(await client.set("ada", { nickname: "Ada" })).toBe(set);
  await client.remove("ada", ["ext", "gender"]);
  expect(client.peek("ada")?.attributes).toEqual({ nickname: "Ada" });
  await client.remove("ada");
  expect(client.peek("ada")?.attributes).toEqual({});
  expect((await client.get("ada")).attributes).toEqual({});
  expect((await admin.get("ada")).body.data).toEqual({});
});

test("a failed precondition (412) comes with the stored state", async () => {
  await using connected = await connect();
  const { admin, client, other } = connected;
  await admin.newUser("ada");
  const first = await client.set("ada", { nickname: "Ada" }, { isFirst: true });
  expect((await failure(client.set("ada", { nickname: "A" }, { isFirst: true }))).status).toBe(412);
  const second = await other().set("ada", { nickname: "Bob" });
  const error = await failure(client.set("ada", { nickname: "Cyd", sign: "s" }, { ifMatch: first.etag ?? "" }));
  expect(error).toMatchObject({
    status: 412,
    code: "PRECONDITION_FAILED",
    current: { nickname: "Bob", sign: null },
    etag: second.etag,
    lastModified: second.lastModified,
  });
  const done = await client.set("ada", { nickname: "Cyd" }, { ifMatch: error.etag ?? "" });
  expect(done.attributes).toEqual({ nickname: "Cyd" });
});

test("a refusal gives its reason in numbers", async () => {
  await using connected = await connect({ app: { userBytesMax: 50 } });
  const { admin, client } = connected;
  await admin.newUser("ada");
  await client.set("ada", { nickname: "Ada" });
  expect(await failure(client.set("ada", { ext: "x".repeat(50) }))).toMatchObject({
    hint: undefined,
    status: 403,
    used: 11,
    limit: 50,
    attempted: 64,
  });
  const unknown = await failure(client.set("nobody", { a: "b" }));
  expect(unknown).toMatchObject({ status: 404, hint: expect.stringContaining("no user of this name is registered") });
  expect(await client.limits()).toMatchObject({ limits: { userBytesMax: 50, batchMax: 100 }, used: { appBytes: 11 } });
});

test("an update changes the stored state despite constant changes by other clients, and loses none of them", async () => {
  await using connected = await connect();
  const { admin, other } = connected;
  await admin.newUser("ada");
  const clients: Client[] = Array.from({ length: 12 }, () => other());
  let called = 0;
  const counts = clients.map(async (client, n) => {
    for (let time = 0; time < 5; time++) {
      await client.update("ada", ({ visits = "0", list = "[]" }) => {
        called += 1;
        return { visits: Number(visits) + 1, list: JSON.stringify([...JSON.parse(list), n]) };
      });
    }
  });
  await Promise.all(counts);
  const { attributes } = await other().get("ada");
  expect(attributes?.visits).toBe("60");
  expect(JSON.parse(attributes?.list ?? "").toSorted((a: number, b: number) => a - b)).toEqual(
    clients.flatMap((_, n) => [n, n, n, n, n]),
  );
  expect(called).toBeGreaterThanOrEqual(60);
}, 60_000);

test("an update begins with the cached copy, which has no ETag if a batch has read it", async () => {
  await using connected = await connect();
  const { admin, client, counted } = connected;
  await admin.newUser("ada");
  await client.get("ada");
  const bump = () => client.update("ada", ({ n = "0" }) => ({ n: Number(n) + 1 }));
  await bump();
  await bump();
  expect(counted.calls.slice(1)).toEqual([
    "GET /metadata/user/ada",
    "PATCH /metadata/user/ada",
    "PATCH /metadata/user/ada",
  ]);
  // A set that changes nothing also learns the ETag if the copy had none.
  const other = connected.other();
  expect((await other.get("ada")).etag).toBeUndefined();
  expect((await other.set("ada", { n: "2" })).etag).toBe(client.peek("ada")?.etag);
  await admin.set("ada", { n: "10" });
  expect((await bump()).attributes).toEqual({ n: "11" });
  expect((await failure(client.update("nobody", () => ({ a: "b" })))).status).toBe(404);
});

test("an update of an unknown user is refused, even if a read is not", async () => {
  await using connected = await connect({ app: { dialect: "2026" } });
  const { client } = connected;
  expect((await failure(client.update("nobody", () => ({ a: "b" })))).status).toBe(404);
});

test("several users are set in one call, separately or atomically", async () => {
  await using connected = await connect();
  const { admin, client, counted } = connected;
  for (const user of ["ada", "bob"]) await admin.newUser(user);
  const { profiles, errors } = await client.setMany({
    Ada: { nickname: "A" },
    bob: { nickname: "B" },
    nobody: { a: "b" },
  });
  expect([...profiles.values()].map(({ user, attributes }) => [user, attributes])).toEqual([
    ["ada", { nickname: "A" }],
    ["bob", { nickname: "B" }],
  ]);
  expect([...errors].map(([user, { status }]) => [user, status])).toEqual([["nobody", 404]]);
  expect(client.peek("ada")).toBe(profiles.get("ada"));
  const versions = { ada: (profiles.get("ada")?.lastModified ?? 0) - 1 };
  const refused = await failure(client.setMany({ ada: { a: "b" }, bob: { a: "b" } }, { isAtomic: true, versions }));
  expect([refused.status, Object.keys(refused.errors ?? {})]).toEqual([412, ["ada"]]);
  expect((await client.get("bob")).attributes).toEqual({ nickname: "B" });
  expect(counted.calls.filter((call) => call.startsWith("POST /metadata/user/set"))).toHaveLength(2);
});

test("setMany answers each user in one of its Maps, by the name in lower case, as its documentation shows", async () => {
  await using connected = await connect();
  const { admin, client } = connected;
  await admin.newUser("ada");
  await admin.set("ada", { sign: "hi" });
  const { profiles, errors } = await client.setMany({ Ada: { nickname: "Ada" }, nobody: { nickname: "N" } });
  expect([...profiles.keys()]).toEqual(["ada"]);
  expect(profiles.get("ada")?.attributes).toEqual({ nickname: "Ada", sign: "hi" });
  expect([...errors.keys()]).toEqual(["nobody"]);
  expect(errors.get("nobody")).toEqual({
    status: 404,
    error: expect.any(String),
    error_description: expect.any(String),
    hint: expect.any(String),
  });
});

test("two spellings of one user in one call are a mistake, and nothing is sent", async () => {
  await using connected = await connect();
  const { admin, client, counted } = connected;
  await admin.newUser("ada");
  const targets = { Ada: { nickname: "A" }, ada: { nickname: "a" } };
  const clash = await failure(client.setMany(targets));
  expect(clash).toMatchObject({ status: 400, code: "illegal_argument", message: "the user ada is named twice" });
  const versions = { ADA: 1, ada: 2 };
  expect((await failure(client.setMany({ ada: { nickname: "A" } }, { versions }))).message).toBe(clash.message);
  expect(counted.calls).toEqual([]);
  // The server treats the same input in the same way.
  const { token } = admin;
  const { status, body } = await send("POST", `${connected.service.base}/metadata/user/set`, {
    token,
    json: { targets },
  });
  expect([status, body.error, body.error_description]).toEqual([clash.status, clash.code, clash.message]);
});

test("a removal that was carried out is no failure, whatever the following read gets", async () => {
  await using connected = await connect();
  const { admin, other } = connected;
  await admin.newUser("ada");
  let isReadable = true;
  const client = other({
    tries: 1,
    fetch: (async (input, init) => {
      if (init?.method === "POST" && !isReadable) return new Response("<html>", { status: 500 });
      return await fetch(input, init);
    }) as typeof fetch, // as: without Bun's additions
  });
  await client.set("ada", { nickname: "Ada" });
  const shown: unknown[] = [];
  client.subscribe("ada", () => shown.push(client.peek("ada")?.attributes));
  isReadable = false;
  await client.remove("ada");
  expect(client.peek("ada")?.attributes).toEqual({});
  expect(shown).toEqual([{}]);
  // Unknown users are not added to the cache.
  await client.remove("bob");
  expect(client.peek("bob")).toBeUndefined();
  isReadable = true;
  expect((await client.get("ada")).attributes).toEqual({});
  await admin.set("ada", { nickname: "A" });
  expect((await client.get("ada")).attributes).toEqual({ nickname: "A" });
});

test("a removal that was not carried out is a failure", async () => {
  await using connected = await connect();
  const { admin, client, other } = connected;
  const token = await admin.newUser("ada");
  await admin.newUser("bob");
  await client.set("bob", { nickname: "Bob" });
  expect((await failure(other({ token }).remove("bob"))).status).toBe(401);
  expect((await client.get("bob")).attributes).toEqual({ nickname: "Bob" });
});
