import { expect, test } from "bun:test";
import { type Sent, send, signIn } from "../../harness/client.ts";
import { expectAccountError } from "../../harness/expect-account.ts";
import { BEHIND_PROXY, from } from "../../harness/from-address.ts";
import { startTestService, type TestService } from "../../harness/service.ts";
import { createTestClock } from "../../harness/test-clock.ts";

/** Of an address, where the server has no rate of its own. */
const UNAUTHENTICATED_PER_SECOND = 100;

interface Garbage {
  readonly method?: string;
  readonly path: string;
  readonly sent?: Sent;
}

const token = (sent: Sent): Garbage => ({ method: "POST", path: "/org/app/token", sent });

/** Requests that are refused to a client without a token. */
const GARBAGE: Readonly<Record<string, Garbage>> = {
  "no body": token({}),
  "no JSON": token({ body: "grant_type=password" }),
  "half a JSON": token({ body: '{"grant_type":"password"' }),
  "no object": token({ json: [] }),
  "no grant": token({ json: {} }),
  "a grant that there is not": token({ json: { grant_type: "refresh_token" } }),
  "a grant without its members": token({ json: { grant_type: "password" } }),
  "a lifetime that is none": token({ json: { grant_type: "password", username: "a", password: "b", ttl: "soon" } }),
  "a compressed body": token({ body: "{}", headers: { "content-encoding": "gzip" } }),
  "too large a body": token({ body: "x".repeat(1_048_577) }),
  "an unknown token": token({ token: "YWMtgarbage", json: { grant_type: "inherit", username: "ada" } }),
  "an app that there is not": { method: "POST", path: "/org/none/token", sent: { json: {} } },
  "a path that there is not": { path: "/org/app/nothing" },
  "a path of the server's that there is not": { path: "/-/nothing" },
  "a method that there is not": { method: "DELETE", path: "/org/app/token" },
  "a missing token": { path: "/org/app/metadata/user/ada" },
  "a registration that is closed": { method: "POST", path: "/org/app/users", sent: { body: "{" } },
};

function sendFrom({ origin }: TestService, address: string, { method = "GET", path, sent = {} }: Garbage) {
  return send(method, origin + path, { ...sent, headers: { ...from(address), ...sent.headers } });
}

for (const [name, garbage] of Object.entries(GARBAGE)) {
  test(`${name}, again and again, is 429: the rate of an address is never off`, async () => {
    const clock = createTestClock();
    await using service = await startTestService({ settings: BEHIND_PROXY, parts: { clock } });
    for (let time = 0; time < UNAUTHENTICATED_PER_SECOND; time++) {
      const { status } = await sendFrom(service, "10.0.0.1", garbage);
      expect(status).toBeWithin(400, 429);
    }
    const refused = await sendFrom(service, "10.0.0.1", garbage);
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "1"]);
    expect((await sendFrom(service, "10.0.0.2", garbage)).status).not.toBe(429);
    clock.advance(1000);
    expect((await sendFrom(service, "10.0.0.1", garbage)).status).not.toBe(429);
    expect(service.faults).toEqual([]);
  });
}

test("an address over its limit gets nothing but free paths and calls with its tokens in use", async () => {
  const clock = createTestClock();
  await using service = await startTestService({ settings: BEHIND_PROXY, parts: { clock } });
  const admin = await signIn(service);
  await admin.register("ada");
  const headers = from("10.0.0.1");
  for (let time = 0; time < UNAUTHENTICATED_PER_SECOND; time++) {
    await sendFrom(service, "10.0.0.1", { path: "/nothing" });
  }
  const json = { grant_type: "password", username: "ada", password: "secret" };
  const logIn = { headers, json };
  expectAccountError(await send("POST", `${service.base}/token`, logIn), {
    status: 429,
    error: "reach_limit",
    text: "This request has reached api limit",
  });
  // A token that was verified before is no way round the limit, unless the call depends on it.
  expect((await send("POST", `${service.base}/token`, { ...logIn, token: admin.token })).status).toBe(429);
  const inherit = { headers, token: admin.token, json: { grant_type: "inherit", username: "ada" } };
  expect((await send("POST", `${service.base}/token`, inherit)).status).toBe(200);
  expect((await send("GET", `${service.base}/users/ada`, { headers, token: admin.token })).status).toBe(200);
  expect((await send("OPTIONS", `${service.base}/token`, { headers })).status).toBe(200);
  expect((await send("GET", `${service.origin}/-/health`, { headers })).status).toBe(200);
});

test("refusals of a caller with a valid token do not count for the address", async () => {
  const clock = createTestClock();
  await using service = await startTestService({ settings: BEHIND_PROXY, parts: { clock } });
  const admin = await signIn(service);
  const ada = await admin.newUser("ada");
  const headers = from("10.0.0.1");
  for (let time = 0; time < UNAUTHENTICATED_PER_SECOND; time++) {
    const unknown = await send("GET", `${service.base}/users/ghost`, { headers, token: admin.token });
    expect(unknown.status).toBe(404);
    const inherit = { headers, token: admin.token, json: { grant_type: "inherit", username: "ghost" } };
    expect((await send("POST", `${service.base}/token`, inherit)).status).toBe(404);
    const denied = await send("PUT", `${service.base}/metadata/user/bob`, { headers, token: ada, form: { a: "b" } });
    expect(denied.status).toBe(401);
  }
  expect((await sendFrom(service, "10.0.0.1", { path: "/nothing" })).status).toBe(404);
});
