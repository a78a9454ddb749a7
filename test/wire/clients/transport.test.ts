/**
 * The needs of real clients, one test for each, with the requests as the clients send them: transport. The requests,
 * and the members that clients read, were taken from their published code.
 */
import { expect, test } from "bun:test";
import { type Admin, send, signIn } from "../../harness/client.ts";
import { chunked, connectRaw } from "../../harness/raw.ts";
import { startTestService, type TestService } from "../../harness/service.ts";

const USER = "/org/app/metadata/user/ada";
const BATCH = "/org/app/metadata/user/get";
const FORM = ["Content-Type", "application/x-www-form-urlencoded"] as const;
const JSON_TYPE = ["Content-Type", "application/json"] as const;

function bearer({ token }: Pick<Admin, "token">): readonly [string, string] {
  return ["Authorization", `Bearer ${token}`];
}

function credentialsJson({ credentials: { clientId, clientSecret } }: TestService): string {
  const ttl = "1024000";
  return JSON.stringify({ grant_type: "client_credentials", client_id: clientId, client_secret: clientSecret, ttl });
}

test("1: success is exactly 200, of every call (4.x, Go)", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  const { token } = admin;
  const user = `${service.base}/metadata/user`;
  const registered = { token, json: { username: "ada", password: "secret" } };
  expect((await send("POST", `${service.base}/users`, registered)).status).toBe(200);
  expect((await admin.set("ada", { nickname: "Ada" })).status).toBe(200);
  expect((await admin.get("ada")).status).toBe(200);
  expect((await send("POST", `${user}/get`, { token, json: { targets: ["ada"] } })).status).toBe(200);
  expect((await send("GET", `${user}/capacity`, { token })).status).toBe(200);
  expect((await send("DELETE", `${user}/ada`, { token })).status).toBe(200);
  expect((await send("DELETE", `${service.base}/users/ada`, { token })).status).toBe(200);
});

test("2: every answer is a JSON object with its type, whatever the client says it accepts (4.x, Java, Go, Ruby)", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  await using connection = await connectRaw(service.origin);
  for (const accept of ["application/json", "text/html", "image/png;q=0.1", "*/*", "x"]) {
    for (const [method, path] of [
      ["GET", USER],
      ["PUT", USER],
      ["DELETE", USER],
      ["POST", BATCH],
      ["POST", "/org/app/token"],
      ["POST", "/org/app/users"],
      ["PATCH", USER],
      ["GET", "/nowhere"],
      ["OPTIONS", USER],
      ["GET", "/-/health"],
    ] as const) {
      const headers = [["Accept", accept], bearer(admin)] as const;
      const answer = await connection.call(method, path, { headers });
      expect(answer.headers.get("content-type")).toMatch(/^application\/json\b/);
      expect(answer.body).toBeInstanceOf(Object);
      expect(answer.status).not.toBe(406);
    }
  }
});

test("3: timestamp and duration are integers, on errors too (Go)", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  await admin.newUser("ada");
  const answers = [
    await admin.set("ada", { nickname: "Ada" }),
    await admin.get("nobody"),
    await send("GET", `${service.base}/users/ada`, { token: admin.token }),
    await send("POST", `${service.base}/token`, { json: {} }),
  ];
  for (const { text } of answers) {
    expect(text).toMatch(/"timestamp":\d+[,}]/);
    expect(text).toMatch(/"duration":\d+[,}]/);
  }
});

test("4: JSON is taken under any content type, and under none", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  await using connection = await connectRaw(service.origin);
  const types = {
    "PHP, Go": [FORM],
    Java: [],
    "mini builds": [["Content-Type", "application/json, application/json"]],
    "mini builds, as two lines": [JSON_TYPE, JSON_TYPE],
    Ruby: [["Content-Type", "application/json; charset=UTF-8"]],
    "no client yet": [["Content-Type", "text/plain"]],
  } as const;
  for (const [index, type] of Object.values(types).entries()) {
    const token = await connection.call("POST", "/org/app/token", { headers: type, body: credentialsJson(service) });
    expect(token.body.expires_in).toBe(1_024_000);
    const headers = [...type, bearer({ token: token.body.access_token })];
    const username = `user${index}`;
    const body = JSON.stringify({ username, password: "secret" });
    const registered = await connection.call("POST", "/org/app/users", { headers, body });
    expect(registered.body.entities[0].username).toBe(username);
    await admin.set(username, { nickname: username });
    const batch = JSON.stringify({ targets: [username], properties: ["nickname"] });
    const read = await connection.call("POST", BATCH, { headers, body: batch });
    expect(read.body.data).toEqual({ [username]: { nickname: username } });
  }
});

test("5: GET and DELETE come with a JSON type and no body, with Content-Length: 0, and with the body null", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  await admin.newUser("ada");
  await using connection = await connectRaw(service.origin);
  for (const { headers, ...sent } of [
    { headers: [JSON_TYPE] },
    { headers: [["Content-Length", "0"]] },
    { headers: [JSON_TYPE], body: "null" },
    { headers: [FORM], body: "null" },
  ] as const) {
    await admin.set("ada", { nickname: "Ada" });
    const all = { headers: [...headers, bearer(admin)], ...sent };
    expect((await connection.call("GET", USER, all)).body.data).toEqual({ nickname: "Ada" });
    expect((await connection.call("GET", "/org/app/metadata/user/capacity", all)).body.data).toBe(11);
    expect((await connection.call("DELETE", USER, all)).body.data).toBe(true);
  }
});

test("6: forms come percent-encoded, with plus signs, and raw, with malformed escapes, and in chunks", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  await admin.newUser("ada");
  await using connection = await connectRaw(service.origin);
  const set = async (body: string, more: readonly (readonly [string, string])[] = [FORM]) =>
    (await connection.call("PUT", USER, { headers: [...more, bearer(admin)], body })).body.data;

  expect(await set("nickname=Ada+L%20%E5%A5%BD")).toEqual({ nickname: "Ada L 好" });
  expect(await set("nickname=%C3%A9", [["Content-Type", `${FORM[1]}; charset=UTF-8`]])).toEqual({ nickname: "é" });
  // updateUserInfo("nickname", "100% 好 & more"), without any encoding
  expect(await set("nickname=100% 好 😀 & more")).toEqual({ nickname: "100% 好 😀 " });
  expect(await set("sign=%zz%4%")).toEqual({ nickname: "100% 好 😀 ", sign: "%zz%4%" });
  const inChunks = [FORM, ["Transfer-Encoding", "chunked"]] as const;
  expect(await set(chunked("sign=a", "b", "c&nickname="), inChunks)).toEqual({ sign: "abc" });
});

test("7: without a token, or with a bad one, the answer is 401, and the same request with a token goes through (Go, Ruby)", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  await admin.newUser("ada");
  await using connection = await connectRaw(service.origin);
  const body = "nickname=Ada";
  expect((await connection.call("PUT", USER, { headers: [FORM], body })).status).toBe(401);
  const bad = [FORM, bearer({ token: "YWMtnonsense" })];
  expect((await connection.call("PUT", USER, { headers: bad, body })).status).toBe(401);
  const token = await connection.call("POST", "/org/app/token", { headers: [FORM], body: credentialsJson(service) });
  const headers = [FORM, bearer({ token: token.body.access_token })];
  expect((await connection.call("PUT", USER, { headers, body })).status).toBe(200);
});

test("8: 20 KB of attributes are a 403 in JSON, and the connection goes on (Ruby, Java)", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  await admin.newUser("ada");
  await using connection = await connectRaw(service.origin);
  const headers = [FORM, bearer(admin)];
  const refused = await connection.call("PUT", USER, { headers, body: `ext=${"x".repeat(20_000)}` });
  expect(refused.status).toBe(403);
  expect(refused.body.desc).toBe("user metadata length exceed the limit");
  const inChunks = [...headers, ["Transfer-Encoding", "chunked"]] as const;
  const parts = chunked("ext=", ...Array.from({ length: 20 }, () => "x".repeat(1000)));
  expect((await connection.call("PUT", USER, { headers: inChunks, body: parts })).status).toBe(403);
  expect((await connection.call("PUT", USER, { headers, body: "ext=x" })).status).toBe(200);
});

test("9: an upgrade to a WebSocket at this host is answered, and breaks nothing (SDK 5)", async () => {
  await using service = await startTestService();
  await using connection = await connectRaw(service.origin);
  const headers = [
    ["Connection", "Upgrade"],
    ["Upgrade", "websocket"],
    ["Sec-WebSocket-Version", "13"],
    ["Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="],
  ] as const;
  const answer = await connection.call("GET", "/ws?token=YWMtsecret", { headers });
  expect(answer.status).toBe(404);
  expect(answer.text).not.toContain("secret");
  expect((await connection.call("GET", "/-/health")).status).toBe(200);
  expect(service.faults).toEqual([]);
});
