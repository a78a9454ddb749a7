import { expect, test } from "bun:test";
import { type Answer, send, signIn } from "../../harness/client.ts";
import { eventually } from "../../harness/eventually.ts";
import { expectAccountError } from "../../harness/expect-account.ts";
import { burst } from "./burst.ts";
import { type RatedService, startRatedService } from "./rated-service.ts";

const RATE = 8;
const BURST = 50;

type Calls = (rated: RatedService) => readonly (() => Promise<Answer>)[];

/** The calls that share a bucket; their answers do not matter to it. */
const BUCKETS: Readonly<Record<string, { readonly worth: number; readonly calls: Calls }>> = {
  set: {
    worth: RATE,
    calls: ({ service: { base }, admin: { token }, ada }) => [
      () => send("PUT", `${base}/metadata/user/ada`, { token, form: { a: "b" } }),
      () => send("PUT", `${base}/metadata/user/ghost`, { token, form: { a: "b" } }),
      () => send("PUT", `${base}/metadata/user/ghost`, { token: ada, form: { a: "b" } }),
      () => send("PUT", `${base}/metadata/user/ada`, { token: ada, form: { a: "x".repeat(5000) } }),
      () => send("PUT", `${base}/metadata/user/ada`, { token: ada, json: {} }),
    ],
  },
  // "GET-user + GET-capacity share one 100/s bucket" (docs/PROTOCOL.md § Calls)
  read: {
    worth: RATE,
    calls: ({ service: { base, origin, app }, admin: { token }, ada }) => [
      () => send("GET", `${base}/metadata/user/ada`, { token: ada }),
      () => send("GET", `${base}/metadata/user/capacity`, { token }),
      () => send("HEAD", `${base}/metadata/user/ada`, { token }),
      () => send("GET", `${origin}/app-id/${app.id}/metadata/user/ghost`, { token }),
    ],
  },
  batch: {
    worth: RATE,
    calls: ({ service: { base }, ada }) => [
      () => send("POST", `${base}/metadata/user/get`, { token: ada, json: { targets: ["ada"] } }),
      () => send("POST", `${base}/metadata/user/get`, { token: ada, json: {} }),
    ],
  },
  remove: {
    worth: RATE,
    calls: ({ service: { base }, ada }) => [
      () => send("DELETE", `${base}/metadata/user/ada`, { token: ada }),
      () => send("DELETE", `${base}/metadata/user/bob`, { token: ada }),
    ],
  },
  // "token 300/s", three times the others' (docs/PROTOCOL.md § Rates)
  token: {
    worth: RATE * 3,
    calls: ({ service: { base, credentials }, admin: { token } }) => [
      () => send("POST", `${base}/token`, { token, json: { grant_type: "inherit", username: "ada" } }),
      () => send("POST", `${base}/token`, { token, json: { grant_type: "inherit", username: "ghost" } }),
      () =>
        send("POST", `${base}/token`, {
          json: {
            grant_type: "client_credentials",
            client_id: credentials.clientId,
            client_secret: credentials.clientSecret,
          },
        }),
    ],
  },
  // All user calls together (docs/PROTOCOL.md § Rates).
  users: {
    worth: RATE,
    calls: ({ service: { base }, admin: { token }, ada }) => [
      () => send("GET", `${base}/users`, { token }),
      () => send("GET", `${base}/users/ada`, { token }),
      () => send("POST", `${base}/users`, { token, json: { username: "ada", password: "123" } }),
      () => send("POST", `${base}/users`, { token, json: [] }),
      () => send("DELETE", `${base}/users/ghost`, { token: ada }),
      () => send("DELETE", `${base}/users/ghost`, { token }),
      () => send("PUT", `${base}/users/ghost/password`, { token, json: { newpassword: "123" } }),
      () => send("POST", `${base}/users/ada/activate`, { token }),
      () => send("POST", `${base}/users/ghost/deactivate`, { token }),
      () => send("GET", `${base}/sdk/users/ada/token/expires`, { token: ada }),
    ],
  },
  companion: {
    worth: RATE,
    calls: ({ service: { base, origin, app }, admin: { token }, ada }) => [
      () => send("POST", `${base}/users/ada/presence`, { token: ada, json: { usernames: ["bob"] } }),
      () => send("GET", `${base}/users/ada/contacts/users`, { token: ada }),
      () => send("HEAD", `${base}/users/ada/contacts/users`, { token: ada }),
      () => send("GET", `${origin}/app-id/${app.id}/sdk/user/ada/user_channels/list`, { token: ada }),
      () => send("DELETE", `${base}/users/ada/presence`, { token }),
    ],
  },
};

for (const [name, { worth, calls }] of Object.entries(BUCKETS)) {
  test(`${name}: of a burst exactly one second's worth is not 429, and other buckets are full`, async () => {
    await using rated = await startRatedService(RATE);
    const kinds = calls(rated);
    const any = (index: number) => kinds[index % kinds.length]?.() ?? Promise.reject(new Error("no call"));
    expect((await burst(BURST, any)).passed).toBe(worth);
    expect((await burst(BURST, any)).passed).toBe(0);

    for (const other of Object.keys(BUCKETS)) {
      if (other === name) continue;
      const [first] = BUCKETS[other]?.calls(rated) ?? [];
      expect([other, (await first?.())?.status]).toEqual([other, 200]);
    }
    rated.clock.advance(500);
    expect((await burst(BURST, any)).passed).toBe(worth / 2);
    rated.clock.advance(1000);
    expect((await burst(BURST, any)).passed).toBe(worth);
    expect(rated.service.faults).toEqual([]);
  });
}

test("each kind of call is held by its bucket, not only the mixture", async () => {
  for (const { worth, calls } of Object.values(BUCKETS)) {
    await using rated = await startRatedService(RATE);
    for (const call of calls(rated)) {
      rated.clock.advance(1000);
      expect((await burst(worth + 3, call)).passed).toBe(worth);
    }
  }
}, 20_000);

test("one app's rate does not touch another's", async () => {
  await using rated = await startRatedService(2);
  const { service, ada } = rated;
  const otherApp = await service.addApp("org/other", { ratePerSecond: 3 });
  const other = await eventually(() => signIn(otherApp));
  const cyd = await other.newUser("ada");
  const get = (base: string, token: string) => () => send("GET", `${base}/metadata/user/ada`, { token });
  expect((await burst(20, get(service.base, ada))).passed).toBe(2);
  expect((await burst(20, get(otherApp.base, cyd))).passed).toBe(3);
});

test("429 says when to come again: a second is enough, and the wait it names is kept", async () => {
  await using rated = await startRatedService(1);
  const { service, admin, clock } = rated;
  const get = () => send("GET", `${service.base}/users/ada`, { token: admin.token });
  expect((await get()).status).toBe(200);
  for (const ms of [0, 500, 499]) {
    clock.advance(ms);
    const answer = await get();
    expectAccountError(answer, { status: 429, error: "reach_limit", text: "This request has reached api limit" });
    expect(answer.headers.get("retry-after")).toBe("1");
    expect(answer.headers.get("access-control-expose-headers")).toContain("Retry-After");
  }
  clock.advance(1);
  expect((await get()).status).toBe(200);
});

test("a rate is changed while the server runs, and 0 lifts it", async () => {
  await using rated = await startRatedService(2);
  const { service, ada, clock } = rated;
  const get = () => send("GET", `${service.base}/metadata/user/ada`, { token: ada });
  await service.setApp({ ratePerSecond: 5 });
  await eventually(async () => {
    clock.advance(1000);
    expect((await burst(20, get)).passed).toBe(5);
  }, 1000);
  await service.setApp({ ratePerSecond: 0 });
  await eventually(async () => expect((await burst(20, get)).passed).toBe(20), 1000);
});
