/** The needs of real clients, one test for each: tokens and users. */
import { expect, test } from "bun:test";
import { type Answer, send, signIn } from "../../harness/client.ts";
import { startTestService } from "../../harness/service.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const INT32_MAX = 2_147_483_647;

function expectEntity(entity: Readonly<Record<string, unknown>>, username: string): void {
  expect(entity).toMatchObject({ type: "user", username, activated: true });
  expect(entity.uuid).toMatch(UUID);
  expect(Number.isSafeInteger(entity.created)).toBe(true);
  expect(Number.isSafeInteger(entity.modified)).toBe(true);
}

function expectReadableError({ body }: Answer): void {
  expect(body.error).toBeString();
  expect(body.error_description).toBeString();
}

test("22: tokens by client credentials, password and inherit, with unknown fields, within 32 bits", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  await admin.register("ada");
  const url = `${service.base}/token`;
  const { clientId: client_id, clientSecret: client_secret } = service.credentials;
  const app = { grant_type: "client_credentials", client_id, client_secret };

  for (const [ttl, expiresIn] of [
    [7200, 7200],
    ["1024000", 1_024_000],
    [0, INT32_MAX],
    [undefined, 5_184_000],
  ]) {
    const { body } = await send("POST", url, { json: { ...app, ttl } });
    expect(body.access_token).toStartWith("YWMt");
    expect(body.expires_in).toBe(expiresIn);
    expect(body.application).toBe(service.app.id);
  }

  const timestamp = Date.now();
  const login = await send("POST", url, {
    json: { grant_type: "password", username: "Ada", password: "secret", timestamp },
  });
  expectEntity(login.body.user, "ada");
  expect(login.body.access_token).toStartWith("YWMt");

  const inherit = await send("POST", url, {
    token: admin.token,
    json: { grant_type: "inherit", username: "bob", autoCreateUser: true, ttl: "3600" },
  });
  expectEntity(inherit.body.user, "bob");
  expect(inherit.body.expires_in).toBe(3600);

  for (const { access_token: token } of [login.body, inherit.body]) {
    const read = await send("POST", `${service.base}/metadata/user/get`, { token, json: { targets: ["ada"] } });
    expect(read.status).toBe(200);
  }
});

test("23: token and user errors hold texts, and the two that 4.x compares a failed login with", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  await admin.register("ada");
  const url = `${service.base}/token`;
  const login = (username: string, password: string) =>
    send("POST", url, { json: { grant_type: "password", username, password, timestamp: Date.now() } });

  const wrong = await login("ada", "wrong");
  expect([wrong.status, wrong.body.error_description]).toEqual([400, "invalid password"]);
  const unknown = await login("nobody", "secret");
  expect([unknown.status, unknown.body.error_description]).toEqual([404, "user not found"]);
  const { token } = admin;
  for (const answer of [
    wrong,
    unknown,
    await send("POST", url, { json: {} }),
    await send("POST", url, { body: "" }),
    await send("POST", `${service.base}/users`, { token, json: { username: "ada", password: "x", nickname: "" } }),
    await send("POST", `${service.base}/users`, { token, json: { username: "a b", password: "x" } }),
    await send("POST", `${service.base}/users`, { token, json: {} }),
    await send("GET", `${service.base}/users/nobody`, { token }),
  ]) {
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expectReadableError(answer);
  }
});

test("24: one user or several are registered, a taken name is told, and a closed door says so", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  const { token } = admin;
  const url = `${service.base}/users`;
  const json = { username: "ada", password: "secret", nickname: "" };

  const one = await send("POST", url, { token, json });
  expectEntity(one.body.entities[0], "ada");
  expect(one.body.error).toBeUndefined();
  const several = await send("POST", url, { token, json: [{ ...json, username: "bob" }] });
  expectEntity(several.body.entities[0], "bob");

  const taken = await send("POST", url, { token, json });
  expect([taken.status, taken.body.error]).toEqual([400, "duplicate_unique_property_exists"]);
  expect(taken.body.error_description).toContain("username be unique");

  const closed = await send("POST", url, { json: { ...json, username: "cyd" } });
  expect(closed.status).toBe(401);
  expect(closed.body.error_description).toContain("Open registration doesn't allow");

  for (const method of ["GET", "DELETE"]) {
    const known = await send(method, `${url}/ada`, { token });
    expectEntity(known.body.entities[0], "ada");
    expect(known.body.error).toBeUndefined();
  }
  expect((await send("GET", `${url}/ada`, { token })).status).toBe(404);

  await using open = await startTestService({ app: { registration: "open" } });
  const registered = await send("POST", `${open.base}/users`, { json });
  expectEntity(registered.body.entities[0], "ada");
});
