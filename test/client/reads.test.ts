import { expect, test } from "bun:test";
import { UsermetaError } from "../../packages/client/src/index.ts";
import { send } from "../harness/client.ts";
import { connect } from "./connected.ts";

test("all reads of one turn of the event loop are one call, with each user once, whatever the spelling", async () => {
  await using connected = await connect();
  const { admin, client, counted } = connected;
  await admin.newUser("ada");
  await admin.newUser("bob");
  await admin.set("ada", { nickname: "Ada" });
  const [ada, same, many, bob] = await Promise.all([
    client.get("ada"),
    client.get("ADA"),
    client.getMany(["bob", "ada", "nobody", "a b"]),
    // Like effects of components that mount together.
    Promise.resolve().then(() => client.get("bob")),
  ]);
  expect(counted.calls).toEqual(["POST /metadata/user/get"]);
  expect(ada).toMatchObject({ user: "ada", attributes: { nickname: "Ada" } });
  expect(same).toBe(ada);
  expect(many).toEqual([
    expect.objectContaining({ user: "bob", attributes: {} }),
    ada,
    { user: "nobody", attributes: undefined, lastModified: 0 },
    { user: "a b", attributes: undefined, lastModified: 0 },
  ]);
  expect(bob).toMatchObject({ attributes: {} });
});

test("many users are read in batches of a hundred, or of the app's limit", async () => {
  for (const [batchMax, calls] of [
    [100, 3],
    // One batch of a hundred is refused, and sent again in parts.
    [40, 3 + 3 + 3 + 2],
  ] as const) {
    await using connected = await connect({ app: { batchMax } });
    const { client, counted } = connected;
    const users = Array.from({ length: 250 }, (_, n) => `user${n}`);
    const profiles = await client.getMany(users);
    expect(profiles.map(({ user }) => user)).toEqual(users);
    expect(counted.calls).toHaveLength(calls);
    await client.getMany(users);
    expect(counted.calls).toHaveLength(calls + Math.ceil(250 / batchMax));
  }
});

test("unchanged attributes are not sent again, and the client returns the same object", async () => {
  await using connected = await connect();
  const { admin, client, counted, service } = connected;
  const users = Array.from({ length: 100 }, (_, n) => `user${n}`);
  await Promise.all(users.map(admin.newUser));
  const targets = Object.fromEntries(
    users.map((user) => [user, { avatarurl: `https://cdn.example/${user}.png?${"x".repeat(99)}` }]),
  );
  await send("POST", `${service.base}/metadata/user/set`, { token: admin.token, json: { targets } });
  const first = await client.getMany(users);
  const whole = counted.received();
  const second = await client.getMany(users);
  for (const [index, profile] of second.entries()) expect(profile).toBe(first[index] as typeof profile);
  expect(counted.received() - whole).toBeLessThan(whole / 8);

  await admin.set("user7", { nickname: "Seven" });
  await send("DELETE", `${service.base}/users/user8`, { token: admin.token });
  await send("DELETE", `${service.base}/metadata/user/user9`, { token: admin.token });
  const third = await client.getMany(users);
  const changed = third.filter((profile, index) => profile !== first[index]);
  expect(changed.map(({ user, attributes }) => [user, attributes?.nickname])).toEqual([
    ["user7", "Seven"],
    ["user8", undefined],
    ["user9", undefined],
  ]);
  expect(changed[1]?.attributes).toBeUndefined();
  expect(changed[2]?.attributes).toEqual({});
  // A user that is created again is a different user, whatever the version.
  await admin.newUser("user8");
  expect((await client.get("user8")).attributes).toEqual({});
});

test("a fresh enough copy is returned without a request", async () => {
  await using connected = await connect();
  const { admin, client, counted } = connected;
  await admin.newUser("ada");
  const read = await client.get("ada");
  expect(await client.get("ada", { maxAgeMs: 60_000 })).toBe(read);
  expect(counted.calls).toHaveLength(1);
  await Bun.sleep(20);
  await client.get("ada", { maxAgeMs: 10 });
  expect(counted.calls).toHaveLength(2);
  // A "not modified" answer makes the cached copy fresh again.
  expect(await client.get("ada", { maxAgeMs: 10_000 })).toBe(read);
  expect(counted.calls).toHaveLength(2);
  const patient = connected.other({ fetch: counted.fetch, maxAgeMs: 60_000 });
  await patient.get("ada");
  await patient.get("ada");
  expect(counted.calls).toHaveLength(3);
  await patient.get("ada", { maxAgeMs: 0 });
  expect(counted.calls).toHaveLength(4);
  // A user without a version in the answer is still read.
  await patient.set("ada", { nickname: "Ada" });
  await patient.remove("ada");
  expect((await patient.get("ada")).attributes).toEqual({});
});

test("users may have names of members of JavaScript objects", async () => {
  await using connected = await connect();
  const { admin, client } = connected;
  const users = ["__proto__", "constructor", "tostring", "10", "9"];
  for (const user of users) await admin.newUser(user);
  await admin.set("__proto__", { nickname: "P" });
  const profiles = await client.getMany(users);
  expect(profiles.map(({ user, attributes }) => [user, attributes?.nickname])).toEqual([
    ["__proto__", "P"],
    ...users.slice(1).map((user) => [user, undefined]),
  ]);
  await using empty = await connect();
  const nobody = await empty.client.getMany(["constructor", "__proto__"]);
  expect(nobody.map(({ attributes }) => attributes)).toEqual([undefined, undefined]);
});

test("the cache is bounded, and keeps recently used and shown users longest", async () => {
  await using connected = await connect({}, { profilesMax: 3 });
  const { client } = connected;
  const end = client.subscribe("shown", () => {});
  for (const user of ["shown", "a", "b", "c", "d"]) await client.get(user);
  const kept = () => ["shown", "a", "b", "c", "d"].filter((user) => client.peek(user) !== undefined);
  expect(kept()).toEqual(["shown", "c", "d"]);
  await client.get("c");
  await client.get("b");
  expect(kept()).toEqual(["shown", "b", "c"]);
  end();
  await client.get("a");
  expect(kept()).toEqual(["a", "b", "c"]);
});

test("one listener may subscribe twice, and each subscription ends separately", async () => {
  await using connected = await connect();
  const { client } = connected;
  let heard = 0;
  const hear = (): void => {
    heard += 1;
  };
  const ends = [client.subscribe("ada", hear), client.subscribe("ada", hear)];
  await client.get("ada");
  expect(heard).toBe(2);
  ends[0]?.();
  ends[0]?.();
  await connected.admin.newUser("ada");
  await client.get("ada");
  expect(heard).toBe(3);
});

test("a failing read fails only for its callers, and the next read is a new one", async () => {
  await using connected = await connect();
  const { service } = connected;
  const client = connected.other({ token: "YWMtgarbage" });
  const error = await client.get("ada").catch((reason) => reason);
  expect(error).toBeInstanceOf(UsermetaError);
  expect([error.status, error.code, error.message]).toEqual([
    401,
    "auth_bad_access_token",
    "Unable to authenticate due to corrupt access token",
  ]);
  const tokens = ["YWMtgarbage", connected.admin.token];
  const asked: boolean[] = [];
  const renewing = connected.other({
    token: (isRefused) => {
      asked.push(isRefused);
      return tokens[isRefused ? 1 : 0] ?? "";
    },
  });
  expect((await renewing.get("ada")).attributes).toBeUndefined();
  expect(asked).toEqual([false, true]);
  expect(service.faults).toEqual([]);
});
