import { expect, test } from "bun:test";
import fc from "fast-check";
import { type Attributes, type Client, createClient, type Profile } from "../../packages/client/src/index.ts";
import { send } from "../harness/client.ts";
import { eventually } from "../harness/eventually.ts";
import { connect } from "./connected.ts";
import { type CountedFetch, countedFetch } from "./counted-fetch.ts";

/** A read of ada that the server has answered, but whose answer has not reached the client. */
async function heldRead(client: Client, counted: CountedFetch) {
  const { promise, resolve: release } = Promise.withResolvers<void>();
  counted.hold(promise);
  const answer = client.get("ada");
  await eventually(async () => expect(counted.received()).toBeGreaterThan(0));
  counted.hold(Promise.resolve());
  return { answer, release };
}

test("a read in flight when a write is acknowledged neither shows nor returns the state before the write", async () => {
  await using connected = await connect();
  const { admin, client, counted } = connected;
  await admin.newUser("ada");
  await admin.set("ada", { n: "0" });
  const early = await heldRead(client, counted);
  const written = await client.set("ada", { n: "1" });
  const shown: (Profile | undefined)[] = [];
  client.subscribe("ada", () => shown.push(client.peek("ada")));
  early.release();
  expect(await early.answer).toBe(written);
  expect(client.peek("ada")).toBe(written);
  expect(shown).toEqual([]);
});

test("later calls do not join a read that has been sent", async () => {
  await using connected = await connect();
  const { admin, client, other, counted } = connected;
  await admin.newUser("ada");
  await admin.set("ada", { n: "0" });
  const early = await heldRead(client, counted);
  await other().set("ada", { n: "1" });
  expect((await client.get("ada")).attributes).toEqual({ n: "1" });
  early.release();
  expect((await early.answer).attributes).toEqual({ n: "1" });
});

test("a deleted user stays deleted, and a user created again stays, when the earlier answer arrives last", async () => {
  await using connected = await connect();
  const { service, admin, other } = connected;
  const remove = () => send("DELETE", `${service.base}/users/ada`, { token: admin.token });
  /** Two reads, with the change between them; the first read is answered last. */
  async function outOfOrder(change: () => Promise<unknown>): Promise<(Attributes | undefined)[]> {
    const counted = countedFetch(service.base);
    const client = other({ fetch: counted.fetch });
    const early = await heldRead(client, counted);
    await change();
    const late = await client.get("ada");
    early.release();
    return [(await early.answer).attributes, late.attributes, client.peek("ada")?.attributes];
  }
  await admin.newUser("ada");
  await admin.set("ada", { n: "0" });
  expect(await outOfOrder(remove)).toEqual([undefined, undefined, undefined]);
  const made = await outOfOrder(() => admin.newUser("ada"));
  expect(made).toEqual([{}, {}, {}]);
});

test("a deletion also holds for a read that was sent before a write and reached the server after it", async () => {
  await using connected = await connect();
  const { service, admin, other } = connected;
  await admin.newUser("ada");
  const { promise, resolve } = Promise.withResolvers<void>();
  const sent = Promise.withResolvers<void>();
  const slowly = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    if (init?.method === "POST") {
      sent.resolve();
      await promise;
    }
    return await fetch(input, init);
  };
  const client = other({ fetch: slowly as typeof fetch }); // as: without Bun's additions
  const early = client.get("ada");
  await sent.promise;
  await client.set("ada", { n: "1" });
  await send("DELETE", `${service.base}/users/ada`, { token: admin.token });
  resolve();
  expect((await early).attributes).toBeUndefined();
  expect(client.peek("ada")?.attributes).toBeUndefined();
});

/** A fetch that delays each answer differently, so that answers arrive out of order. */
function unsteady(delays: readonly number[]): typeof fetch {
  let calls = 0;
  const late = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const delay = delays[calls++ % delays.length] ?? 0;
    const response = await fetch(input, init);
    const body = await response.arrayBuffer();
    await Bun.sleep(delay);
    return new Response(body, { status: response.status, headers: response.headers });
  };
  return late as typeof fetch; // as: without Bun's additions
}

const step = fc.record({
  kind: fc.constantFrom("get", "get", "set", "update", "remove", "foreign"),
  user: fc.constantFrom("ada", "bob"),
  pauseMs: fc.constantFrom(0, 0, 1, 3),
});

test("in any order of answers, a client never shows or returns an older state than it has written or shown", async () => {
  await using connected = await connect();
  const { service, admin } = connected;
  await admin.newUser("ada");
  await admin.newUser("bob");
  /** Counts up, so that a later state has a larger number. Deletions keep the count outside. */
  let count = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 5, maxLength: 25 }),
      fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 3, maxLength: 7 }),
      async (steps, delays) => {
        const client: Client = createClient({ url: service.base, token: admin.token, fetch: unsteady(delays) });
        const least: Record<string, number> = { ada: 0, bob: 0 };
        const shown: Record<string, number> = { ada: 0, bob: 0 };
        const ends = ["ada", "bob"].map((user) =>
          client.subscribe(user, () => {
            const modified = client.peek(user)?.lastModified ?? 0;
            expect(modified).toBeGreaterThanOrEqual(shown[user] ?? 0);
            shown[user] = modified;
          }),
        );
        const run = async ({ kind, user }: (typeof steps)[number]): Promise<void> => {
          const before = least[user] ?? 0;
          count += 1;
          const own = String(count);
          switch (kind) {
            case "foreign":
              await send("PUT", `${service.base}/metadata/user/${user}`, { token: admin.token, form: { by: own } });
              return;
            case "get": {
              const { lastModified } = await client.get(user);
              expect(lastModified).toBeGreaterThanOrEqual(before);
              return;
            }
            case "set":
              least[user] = Math.max(least[user] ?? 0, (await client.set(user, { by: own })).lastModified);
              return;
            case "update":
              least[user] = Math.max(least[user] ?? 0, (await client.update(user, () => ({ by: own }))).lastModified);
              return;
            case "remove":
              await client.remove(user);
              expect(client.peek(user)?.lastModified).toBeGreaterThanOrEqual(before);
          }
        };
        const running: Promise<void>[] = [];
        for (const each of steps) {
          running.push(run(each));
          if (each.pauseMs > 0) await Bun.sleep(each.pauseMs);
        }
        await Promise.all(running);
        for (const user of ["ada", "bob"]) {
          const { attributes, lastModified } = await client.get(user);
          const stored = await admin.get(user);
          expect([attributes, lastModified]).toEqual([stored.body.data, stored.body.lastModified]);
        }
        for (const end of ends) end();
      },
    ),
    { numRuns: 40 },
  );
  expect(service.faults).toEqual([]);
}, 60_000);

test("shown users are refreshed periodically, in one call, while there are subscribers", async () => {
  await using connected = await connect();
  const { admin, other } = connected;
  for (const user of ["ada", "bob", "cyd"]) await admin.newUser(user);
  const client = other({ refreshMs: 30 });
  const ends = ["ada", "bob"].map((user) => client.subscribe(user, () => {}));
  await eventually(async () => expect(client.peek("bob")?.attributes).toEqual({}));
  await admin.set("bob", { nickname: "Bob" });
  await eventually(async () => expect(client.peek("bob")?.attributes).toEqual({ nickname: "Bob" }));
  expect(client.peek("cyd")).toBeUndefined();
  for (const end of ends) end();
  await Bun.sleep(60);
  await admin.set("bob", { nickname: "Robert" });
  await Bun.sleep(100);
  expect(client.peek("bob")?.attributes).toEqual({ nickname: "Bob" });
});

test("a slow server gets the next refresh only after it has answered", async () => {
  await using connected = await connect();
  const { counted, other } = connected;
  const { promise, resolve } = Promise.withResolvers<void>();
  counted.hold(promise);
  const client = other({ fetch: counted.fetch, refreshMs: 10 });
  let end = client.subscribe("ada", () => {});
  await eventually(async () => expect(counted.received()).toBeGreaterThan(0));
  await Bun.sleep(100);
  expect(counted.calls).toHaveLength(1);
  // A new subscriber starts its own refresh, and the previous one ends with its answer.
  end();
  end = client.subscribe("ada", () => {});
  counted.hold(Promise.resolve());
  resolve();
  await eventually(async () => expect(counted.calls.length).toBeGreaterThan(4));
  end();
  // One request may already have been sent.
  const most = counted.calls.length + 1;
  await Bun.sleep(100);
  expect(counted.calls.length).toBeLessThanOrEqual(most);
});
