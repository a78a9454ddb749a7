import { expect, test } from "bun:test";
import { wireError } from "../../../src/http/answers/errors.ts";
import { type Answer, type Sent, send, signIn } from "../../harness/client.ts";
import { eventually } from "../../harness/eventually.ts";
import { startTestService } from "../../harness/service.ts";

const UNKNOWN = "no user of this name is registered, and a set makes none: POST …/users does";
const BY_PATCH =
  "send a form (nickname=Ada&sign=hi), or a JSON object by PATCH under Content-Type: application/merge-patch+json";

function hintOf(answer: Answer, status: number): unknown {
  expect([answer.status, answer.text]).toEqual([status, expect.any(String)]);
  return answer.body.hint;
}

test("an admin learns that a user is not there, by PUT, PATCH and batch; a user learns nothing", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  const ada = await admin.newUser("ada");
  const user = `${service.base}/metadata/user`;
  const set = (token: string, name: string) => send("PUT", `${user}/${name}`, { token, form: { a: "b" } });
  const json = { a: "b" };
  const headers = { "content-type": "application/merge-patch+json" };
  const patch = (token: string) => send("PATCH", `${user}/nobody`, { token, json, headers });
  const many = (token: string, atomic: boolean) =>
    send("POST", `${user}/set`, { token, json: { targets: { ada: json, nobody: json }, atomic } });
  expect(hintOf(await set(admin.token, "nobody"), 404)).toBe(UNKNOWN);
  expect(hintOf(await patch(admin.token), 404)).toBe(UNKNOWN);
  expect((await many(admin.token, false)).body.errors.nobody.hint).toBe(UNKNOWN);
  expect((await many(admin.token, true)).body.errors.nobody.hint).toBe(UNKNOWN);
  const asAda = [await set(ada, "nobody"), await set(ada, "set"), await patch(ada), await many(ada, false)];
  for (const answer of asAda) expect(hintOf(answer, 401)).toBeUndefined();
  // Nor do reads say it, which any user may do.
  expect(hintOf(await send("GET", `${user}/nobody`, { token: admin.token }), 404)).toBeUndefined();
});

test("for a user that is deleted while the set is in flight the error has the documented text alone", () => {
  const context = { dialect: "2021", path: "", isSet: true } as const;
  expect(wireError({ code: "set_user_unknown" }, { ...context, isAdmin: false }).hint).toBeUndefined();
  expect(wireError({ code: "set_user_unknown" }, context).hint).toBeUndefined();
});

test("too large a batch is told how many may come at a time", async () => {
  for (const dialect of ["2021", "2026"] as const) {
    await using service = await startTestService({ app: { batchMax: 2, dialect } });
    const { token } = await signIn(service);
    const status = dialect === "2021" ? 403 : 400;
    for (const [path, targets] of [
      ["get", ["a", "b", "c"]],
      ["set", { a: { n: "1" }, b: { n: "1" }, c: { n: "1" } }],
    ] as const) {
      const answer = await send("POST", `${service.base}/metadata/user/${path}`, { token, json: { targets } });
      expect(hintOf(answer, status)).toBe(
        "name at most 2 users in one call, and send several calls; " +
          "the operator can allow up to 1000: usermeta app set ORG/APP --batch-max N",
      );
    }
  }
});

test("below /app-id/ too large a batch is not told the app's key", async () => {
  await using service = await startTestService({ app: { batchMax: 1 } });
  const { token } = await signIn(service);
  const url = `${service.origin}/app-id/${service.app.id}/metadata/user/get`;
  const answer = await send("POST", url, { token, json: { targets: ["a", "b"] } });
  expect(hintOf(answer, 403)).toContain("usermeta app set ORG/APP --batch-max N");
  expect(answer.text).not.toContain(service.app.key);
});

test("where the limit is as high as it goes, nothing is said of raising it", async () => {
  await using service = await startTestService({ app: { batchMax: 1000 } });
  const { token } = await signIn(service);
  const targets = Array.from({ length: 1001 }, (_, index) => `u${index}`);
  const answer = await send("POST", `${service.base}/metadata/user/get`, { token, json: { targets } });
  expect(hintOf(answer, 403)).toBe("name at most 1000 users in one call, and send several calls");
});

test("JSON where a form is wanted is told where JSON is; other types are not", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  await admin.newUser("ada");
  const ask = (method: string, type: string, sent: Sent = {}) =>
    send(method, `${service.base}/metadata/user/ada`, {
      token: admin.token,
      body: '{"a":"b"}',
      headers: { "content-type": type },
      ...sent,
    });
  for (const [method, type] of [
    ["PUT", "application/json"],
    ["PUT", "application/json;charset=UTF-8"],
    ["PUT", "application/merge-patch+json"],
    ["PUT", "application/x-www-form-urlencoded"],
    ["PUT", "text/plain"],
    ["PATCH", "application/json"],
  ] as const) {
    expect([method, type, hintOf(await ask(method, type), 415)]).toEqual([method, type, BY_PATCH]);
  }
  for (const body of ['["a"]', '"a"', ' {"a":1}']) {
    expect(hintOf(await ask("PUT", "text/plain", { body }), 415)).toBe(BY_PATCH);
  }
  for (const [method, headers] of [
    ["PUT", { "content-type": "application/xml" }],
    ["PUT", { "content-type": "multipart/form-data; boundary=json" }],
    ["PUT", { "content-type": "application/x-www-form-urlencoded; charset=json" }],
    ["PATCH", { "content-type": "application/merge-patch+json; charset=utf-7" }],
    ["PUT", { "content-type": "text/plain", "content-encoding": "json" }],
  ] as const) {
    const answer = await ask(method, "", { body: "a=b", headers });
    expect([method, headers, hintOf(answer, 415)]).toEqual([method, headers, undefined]);
  }
});

test("an app that is not there, and a token of another one, are told so without a name", async () => {
  await using service = await startTestService();
  const otherApp = await service.addApp("org/other");
  const { token } = await signIn(service);
  const elsewhere = await eventually(() => signIn(otherApp));
  const missing = "a path begins with /{org}/{app} or /app-id/{app_id}, and there is no such app here";
  for (const path of ["/org/nothing/metadata/user/ada", "/app-id/nothing/users", "/metadata/user/ada/x/y/token"]) {
    const answer = await send("GET", service.origin + path, { token });
    if (answer.body.error === "organization_application_not_found") expect(hintOf(answer, 404)).toBe(missing);
    else expect(hintOf(answer, 404)).toBeUndefined();
    expect(String(answer.body.hint)).not.toMatch(/org\/(app|other)/);
  }
  const answer = await send("GET", `${service.base}/metadata/user/ada`, { token: elsewhere.token });
  expect(hintOf(answer, 401)).toBe("the token is for another app than the path names");
  for (const bad of ["", "nonsense", `${elsewhere.token}x`, elsewhere.token.slice(0, -2)]) {
    expect(hintOf(await send("GET", `${service.base}/metadata/user/ada`, { token: bad }), 401)).toBeUndefined();
  }
});

test("a caller that may not register is told which callers may", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  const token = await admin.newUser("ada");
  const json = { username: "bob", password: "secret" };
  for (const sent of [{ json }, { token, json }]) {
    expect(hintOf(await send("POST", `${service.base}/users`, sent), 401)).toBe(
      "this app takes registrations with an admin's token only: POST …/token with client_credentials gives one",
    );
  }
});

test("no other error has one", async () => {
  await using service = await startTestService({ app: { userBytesMax: 10 } });
  const admin = await signIn(service);
  const { token } = admin;
  await admin.newUser("ada");
  const user = `${service.base}/metadata/user`;
  const answers = [
    await send("GET", `${user}/ada`),
    await send("GET", `${user}/ada`, { token: "x" }),
    await send("PUT", `${user}/ada`, { token, form: { a: "x".repeat(20) } }),
    await send("PUT", `${user}/ada`, { token, form: { a: "b" }, headers: { "if-match": '"x"' } }),
    await send("POST", `${user}/get`, { token, body: "{" }),
    await send("GET", `${service.origin}/nowhere`),
    await send("POST", `${user}/ada`, { token }),
    await send("GET", `${service.base}/users/nobody`, { token }),
    await send("POST", `${service.base}/token`, { json: { grant_type: "password", username: "ada", password: "x" } }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([401, 401, 403, 412, 400, 404, 405, 404, 400]);
  for (const { body } of answers) expect(body).not.toHaveProperty("hint");
});
