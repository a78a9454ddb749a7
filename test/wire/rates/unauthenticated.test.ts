import { expect, test } from "bun:test";
import { DEFAULT_LIMITS } from "../../../src/core/limits.ts";
import { type Answer, send } from "../../harness/client.ts";
import { BEHIND_PROXY, from } from "../../harness/from-address.ts";
import { burst } from "./burst.ts";
import { type RatedService, startRatedService } from "./rated-service.ts";

const UNAUTHENTICATED_RATE = 4;
const RATE = 6;

/** Unauthenticated clients have their own rate, and a proxy names their addresses. */
function start(registration: "open" | "authorised" = "authorised"): Promise<RatedService> {
  const limits = { ...DEFAULT_LIMITS, ratePerSecond: UNAUTHENTICATED_RATE };
  return startRatedService(RATE, {
    settings: { defaults: { limits, registration }, ...BEHIND_PROXY },
  });
}

/** Calls that a client may send without a token: each belongs to one of the app's buckets. */
function garbage({ service: { base, credentials } }: RatedService, address: string): (() => Promise<Answer>)[] {
  const headers = from(address);
  const token = "YWMtgarbage";
  const login = (json: object) => () => send("POST", `${base}/token`, { headers, json });
  return [
    () => send("GET", `${base}/metadata/user/ada`, { headers }),
    () => send("GET", `${base}/metadata/user/ada`, { headers, token }),
    () => send("PUT", `${base}/metadata/user/ada`, { headers, token, form: { a: "b" } }),
    () => send("POST", `${base}/metadata/user/get`, { headers, token, json: { targets: [] } }),
    () => send("DELETE", `${base}/metadata/user/ada`, { headers, token }),
    () => send("GET", `${base}/users`, { headers, token }),
    () => send("POST", `${base}/users`, { headers, json: { username: "eve", password: "123" } }),
    login({ grant_type: "password", username: "ada", password: "wrong" }),
    login({ grant_type: "password", username: "ghost", password: "wrong" }),
    login({ grant_type: "client_credentials", client_id: "x", client_secret: "y" }),
    login({ grant_type: "client_credentials", client_id: credentials.clientId, client_secret: "y" }),
    login({ grant_type: "inherit", username: "ada" }),
  ];
}

test("an address's failures are answered up to its own rate, and take nothing of the app's", async () => {
  await using rated = await start();
  const { service, ada, admin } = rated;
  const kinds = garbage(rated, "").length;
  // Several addresses for each kind of call, so that together they send more than any of the app's buckets holds.
  for (let index = 0; index < kinds * 3; index++) {
    const call = garbage(rated, `10.0.0.${index}`)[index % kinds];
    if (call === undefined) throw new Error("no call");
    const { passed, limited } = await burst(30, call);
    expect([index, passed]).toEqual([index, UNAUTHENTICATED_RATE]);
    // Where one account is guessed at, for longer and longer: see log-ins/.
    expect(Number(limited[0]?.headers.get("retry-after"))).toBeWithin(1, 61);
    expect(limited[0]?.body.error).toBe("reach_limit");
  }

  // The clock has stood still since; the tokens have been seen before.
  const own: readonly (readonly [worth: number, call: () => Promise<Answer>])[] = [
    [RATE, () => send("GET", `${service.base}/metadata/user/ada`, { token: ada })],
    [RATE, () => send("PUT", `${service.base}/metadata/user/ada`, { token: ada, form: { a: "b" } })],
    [RATE, () => send("POST", `${service.base}/metadata/user/get`, { token: ada, json: { targets: [] } })],
    [RATE, () => send("DELETE", `${service.base}/metadata/user/ada`, { token: ada })],
    [RATE, () => send("GET", `${service.base}/users`, { token: admin.token })],
    [
      RATE * 3,
      () =>
        send("POST", `${service.base}/token`, {
          token: admin.token,
          json: { grant_type: "inherit", username: "ada" },
        }),
    ],
  ];
  for (const [worth, call] of own) expect((await burst(30, call)).passed).toBe(worth);
});

test("one address's failures keep no other address out", async () => {
  await using rated = await start();
  const [call] = garbage(rated, "10.0.0.1");
  if (call !== undefined) await burst(30, call);
  const login = { grant_type: "password", username: "ada", password: "secret" };
  await send("PUT", `${rated.service.base}/users/ada/password`, {
    token: rated.admin.token,
    json: { newpassword: "secret" },
  });
  const ask = (address: string) => send("POST", `${rated.service.base}/token`, { headers: from(address), json: login });
  expect((await ask("10.0.0.1")).status).toBe(429);
  expect((await ask("10.0.0.2")).status).toBe(200);
});

test("successful calls do not count against the address", async () => {
  await using rated = await start();
  const { service, admin } = rated;
  const { clientId: client_id, clientSecret: client_secret } = service.credentials;
  const json = { grant_type: "client_credentials", client_id, client_secret };
  const headers = from("10.0.0.1");
  const signInNow = () => send("POST", `${service.base}/token`, { headers, json });
  expect((await burst(RATE * 3, signInNow)).passed).toBe(RATE * 3);
  const get = () => send("GET", `${service.base}/metadata/user/ada`, { headers, token: admin.token });
  expect((await burst(RATE, get)).passed).toBe(RATE);
});

test("under open registration an address without a token registers at its own rate, not at the app's", async () => {
  await using rated = await start("open");
  const { service, admin } = rated;
  const register = (address: string) => (index: number) =>
    send("POST", `${service.base}/users`, {
      headers: from(address),
      json: { username: `u${index}-${address}`, password: "123" },
    });
  expect((await burst(30, register("10.0.0.1"))).passed).toBe(UNAUTHENTICATED_RATE);
  const list = () => send("GET", `${service.base}/users`, { token: admin.token });
  expect((await burst(30, list)).passed).toBe(RATE - UNAUTHENTICATED_RATE);
});

test("bodies that are no registration take nothing of an open app's rate", async () => {
  await using rated = await start("open");
  const { service, admin } = rated;
  for (const [index, body] of ["{", "{}", "[1]", '{"username":1}'].entries()) {
    await burst(30, () => send("POST", `${service.base}/users`, { headers: from(`10.0.1.${index}`), body }));
  }
  const list = () => send("GET", `${service.base}/users`, { token: admin.token });
  expect((await burst(30, list)).passed).toBe(RATE);
});

test("an address is one, whatever port or spelling the proxy writes, and an unreadable entry counts for the proxy", async () => {
  await using rated = await start();
  const ask = (address: string) => send("GET", `${rated.service.base}/metadata/user/ada`, { headers: from(address) });
  const inTurn = (addresses: readonly string[]) => (index: number) => ask(addresses[index % addresses.length] ?? "");
  for (const spellings of [
    Array.from({ length: 30 }, (_, index) => `203.0.113.51:${20_000 + index}`),
    ["203.0.113.5", "203.0.113.5:443", "::ffff:203.0.113.5", "::FFFF:203.0.113.5", "[::ffff:cb00:7105]:80"],
    ["2001:db8::1", "[2001:DB8::1]:443", "2001:0db8::2", "[2001:db8:0:0:ffff::]:1"],
    ["unknown", "203.0.113.7, garbage", "203.0.113.8, _hidden", ""],
  ]) {
    expect([spellings[0], (await burst(30, inTurn(spellings))).passed]).toEqual([spellings[0], UNAUTHENTICATED_RATE]);
  }
  // Mapped addresses in capitals are as many as they are.
  const mapped = await burst(10, (index) => ask(`::FFFF:198.51.100.${index}`));
  expect(mapped.passed).toBe(10);
});
