import { expect, test } from "bun:test";
import { send, signIn } from "../../harness/client.ts";
import { expectAccountSuccess } from "../../harness/expect-account.ts";
import { connectRaw } from "../../harness/raw.ts";
import { startTestService } from "../../harness/service.ts";
import { COMPANION_CALLS, pathOf, routesCalled } from "./companion-calls.ts";

test("every companion call is tried, and no other", () => {
  expect(COMPANION_CALLS.map((call) => `${call.method} ${pathOf(call)}`)).toEqual(routesCalled().slice());
});

test("a user's own calls are answered with the envelope and nothing in it, below either prefix, by capitals too", async () => {
  await using service = await startTestService();
  const token = await (await signIn(service)).newUser("ada");
  const byId = `${service.origin}/app-id/${service.app.id}`;
  for (const { method, path, json, content } of COMPANION_CALLS) {
    for (const base of [service.base, byId]) {
      for (const asked of [path, path.replace("/ada", "/Ada"), path.replace("/ada", "/%61DA")]) {
        const answer = await send(method, `${base}${asked}`, { token, ...(json === undefined ? {} : { json }) });
        const [below] = asked.split("?");
        expectAccountSuccess(answer, {
          action: method.toLowerCase(),
          application: service.app.id,
          path: below,
          uri: `${base}${below}`,
          organization: "org",
          applicationName: "app",
          ...content,
        });
        expect(answer.headers.get("cache-control")).toBe("no-store");
      }
    }
  }
  expect(service.faults).toEqual([]);
});

test("one's own rule for a conversation is asked by the name of the other one", async () => {
  await using service = await startTestService();
  const token = await (await signIn(service)).newUser("ada");
  for (const conversation of ["bob", "ghost", "no%20name", "%00", "..%2f"]) {
    const { status, body } = await send("GET", `${service.base}/users/ada/notification/user/${conversation}`, {
      token,
    });
    expect([status, body.data]).toEqual([200, { user: {}, group: {} }]);
  }
});

test("HEAD answers as GET does, and a preflight names the methods", async () => {
  await using service = await startTestService();
  const token = await (await signIn(service)).newUser("ada");
  await using connection = await connectRaw(service.origin);
  const headers = [["Authorization", `Bearer ${token}`]] as const;
  for (const { method, path } of COMPANION_CALLS) {
    if (method === "GET") expect((await connection.call("HEAD", `/org/app${path}`, { headers })).status).toBe(200);
    const preflight = await connection.call("OPTIONS", `/org/app${path}`);
    expect(preflight.status).toBe(200);
    expect(preflight.headers.get("allow")).toContain(method);
    expect(preflight.headers.get("access-control-allow-headers")).toContain("authorization");
  }
});

const BODIES = ["{", "null", "", "[]", "\0\xff", '{"usernames":[]}', "x".repeat(2_000_000)];

test("whatever the body is, it is not looked at, and the connection goes on", async () => {
  await using service = await startTestService();
  const token = await (await signIn(service)).newUser("ada");
  await using connection = await connectRaw(service.origin);
  const headers = [
    ["Authorization", `Bearer ${token}`],
    ["Content-Type", "application/json"],
  ] as const;
  for (const { method, path } of COMPANION_CALLS.filter((call) => call.json !== undefined)) {
    for (const body of BODIES) {
      expect((await connection.call(method, `/org/app${path}`, { headers, body })).status).toBe(200);
    }
  }
  expect((await connection.call("GET", "/-/health")).status).toBe(200);
  expect(service.faults).toEqual([]);
});

test("nothing is kept: a presence that was subscribed to, and its end, leave no trace", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  const token = await admin.newUser("ada");
  await admin.newUser("bob");
  await admin.set("bob", { nickname: "Bob" });
  const before = await service.store.users(service.app.number, undefined, 10);
  for (const { method, path, json } of COMPANION_CALLS) {
    await send(method, `${service.base}${path}`, { token, ...(json === undefined ? {} : { json }) });
  }
  expect(await service.store.users(service.app.number, undefined, 10)).toEqual(before);
  const list = await send("GET", `${service.base}/users/ada/presence/sublist`, { token });
  expect(list.body.result).toEqual({ totalnum: 0, sublist: [] });
});
