import { expect, test } from "bun:test";
import fc from "fast-check";
import { type Answer, type Sent, send, signIn } from "../../harness/client.ts";
import { entity, expectAccountError, illegalArgument } from "../../harness/expect-account.ts";
import { BEHIND_PROXY, from } from "../../harness/from-address.ts";
import { quickPasswords } from "../../harness/quick-passwords.ts";
import { startTestService } from "../../harness/service.ts";

const FORM = "application/x-www-form-urlencoded";
const TOKEN = expect.stringMatching(/^YWMt[A-Za-z0-9_-]+$/);
const invalidGrant = (text: string) => ({ status: 400, error: "invalid_grant", text });

function basic(id: string, secret: string): Readonly<Record<string, string>> {
  return { authorization: `Basic ${Buffer.from(`${encode(id)}:${encode(secret)}`).toString("base64")}` };
}

/** As a form has it. */
function encode(text: string): string {
  return new URLSearchParams([["", text]]).toString().slice(1);
}

async function start() {
  const service = await startTestService({ settings: BEHIND_PROXY, parts: { passwords: quickPasswords } });
  const admin = await signIn(service);
  await admin.register("ada");
  let address = 0;
  /** Each from an address of its own, so that none is limited for the failures of others. */
  const ask = (sent: Sent): Promise<Answer> =>
    send("POST", `${service.base}/token`, {
      ...sent,
      headers: { ...from(`10.0.${address >> 8}.${address++ & 255}`), ...sent.headers },
    });
  const { clientId, clientSecret } = service.credentials;
  return { service, admin, ask, clientId, clientSecret, [Symbol.asyncDispose]: () => service[Symbol.asyncDispose]() };
}

test("a form with id and secret in the body, or as Basic, or the same in both, is answered as JSON is", async () => {
  await using started = await start();
  const { service, ask, clientId: client_id, clientSecret: client_secret } = started;
  const grant = { grant_type: "client_credentials" };
  const headers = basic(client_id, client_secret);
  const expected = { access_token: TOKEN, token_type: "bearer", expires_in: 3600, application: service.app.id };
  for (const sent of [
    { form: { ...grant, client_id, client_secret, ttl: "3600" } },
    { form: { ...grant, ttl: "3600" }, headers },
    { form: { ...grant, ttl: "3600", client_id }, headers },
    { form: { ...grant, ttl: "3600", client_id, client_secret, scope: "x" }, headers },
    { form: { ...grant, ttl: "3600", client_id: "", client_secret: "" }, headers },
    { json: { ...grant, ttl: 3600 }, headers },
    { json: { ...grant, ttl: 3600, client_id, client_secret: null }, headers },
    { json: { ...grant, ttl: 3600, client_id, client_secret } },
    {
      form: { ...grant, ttl: "3600" },
      headers: { authorization: (headers.authorization ?? "").replace("Basic", "BASIC  ") },
    },
  ]) {
    const answer = await ask(sent);
    expect([sent, answer.status, answer.body]).toEqual([sent, 200, expected]);
    expect(answer.headers.get("cache-control")).toBe("no-store");
    const { access_token: token } = answer.body;
    expect((await send("GET", `${service.base}/metadata/user/capacity`, { token })).status).toBe(200);
  }
});

test("the body decides its own type, whatever type it is declared to have", async () => {
  await using started = await start();
  const { ask, clientId: client_id, clientSecret: client_secret } = started;
  const fields = { grant_type: "client_credentials", client_id, client_secret };
  const json = JSON.stringify(fields);
  const form = new URLSearchParams(fields).toString();
  const utf16 = (text: string): Buffer => Buffer.from(text, "utf16le");
  for (const [type, body] of [
    [FORM, json],
    ["text/plain", ` \r\n\t${json}`],
    [FORM, `\ufeff ${json}`],
    ["application/json", form],
    ["application/json", `\ufeff${form}`],
    [`${FORM}; charset=ISO-8859-1`, form],
    [`${FORM}; charset=gbk`, json],
    [`${FORM}; charset=utf-16`, utf16(form)],
    ["application/json; charset=utf-16", utf16(`\ufeff${json}`)],
  ] as const) {
    const answer = await ask({ body, headers: { "content-type": type } });
    expect([type, body, answer.status]).toEqual([type, body, 200]);
  }
  const unknown = await ask({ body: form, headers: { "content-type": `${FORM}; charset=utf-7` } });
  expectAccountError(unknown, {
    status: 415,
    error: "UNSUPPORTED_MEDIA_TYPE",
    text: "charset 'utf-7' is not supported.",
  });
});

test("password and inherit are forms, too", async () => {
  await using started = await start();
  const { admin, ask, clientId, clientSecret } = started;
  const login = { grant_type: "password", username: "Ada", password: "secret" };
  const user = { access_token: TOKEN, token_type: "bearer", expires_in: expect.any(Number), user: entity("ada") };
  for (const sent of [
    { form: login },
    { form: { ...login, client_id: "web", scope: "", client_secret: "" } },
    { form: login, headers: basic(clientId, clientSecret) },
    { form: login, headers: basic("web", "") },
    { form: { ...login, client_id: clientId, client_secret: clientSecret } },
    { json: login, headers: basic(clientId, clientSecret) },
    { json: { ...login, client_id: "web", client_secret: "of another kind" } },
  ]) {
    const answer = await ask(sent);
    expect([sent, answer.status, answer.body]).toEqual([sent, 200, user]);
  }
  const inherit = { grant_type: "inherit", username: "bob", autoCreateUser: "true", ttl: "60" };
  const made = await ask({ form: inherit, token: admin.token });
  expect([made.status, made.body.expires_in, made.body.user]).toEqual([200, 60, entity("bob")]);
  const unknown = { ...inherit, username: "cyd", autoCreateUser: "false" };
  expect((await ask({ form: unknown, token: admin.token })).status).toBe(404);
});

test("a client that shows a secret beside a password must show the right one", async () => {
  await using started = await start();
  const { ask, clientId, clientSecret } = started;
  const login = { grant_type: "password", username: "ada", password: "secret" };
  for (const sent of [
    { form: login, headers: basic(clientId, "wrong") },
    { form: { ...login, client_id: clientId, client_secret: "wrong" } },
    { json: login, headers: basic(clientId, "wrong") },
  ]) {
    expectAccountError(await ask(sent), invalidGrant("client_secret does not match"));
  }
  expectAccountError(
    await ask({ form: login, headers: basic("x", clientSecret) }),
    invalidGrant("client_id does not match"),
  );
  const wrong = { ...login, password: "wrong" };
  expectAccountError(
    await ask({ form: wrong, headers: basic(clientId, clientSecret) }),
    invalidGrant("invalid password"),
  );
  const unnamed = await ask({ form: { ...login, client_secret: clientSecret } });
  expect([unnamed.status, unnamed.body.error_description]).toEqual([400, expect.stringMatching(/^client_id/)]);
});

test("id or secret in both places and different is 400, in every grant", async () => {
  await using started = await start();
  const { ask, clientId: client_id, clientSecret: client_secret } = started;
  const headers = basic(client_id, client_secret);
  for (const grant_type of ["client_credentials", "password"]) {
    const grant = { grant_type, username: "ada", password: "secret" };
    for (const kind of ["form", "json"]) {
      const id = await ask({ [kind]: { ...grant, client_id: "x", client_secret }, headers });
      expectAccountError(id, illegalArgument("client_id: the request body and Authorization: Basic differ"));
      const secret = await ask({ [kind]: { ...grant, client_secret: "x" }, headers });
      expectAccountError(secret, illegalArgument("client_secret: the request body and Authorization: Basic differ"));
    }
    const number = await ask({ json: { ...grant, client_id: 5 }, headers });
    expectAccountError(number, illegalArgument("client_id: the request body and Authorization: Basic differ"));
  }
});

test("errors are those of the JSON call", async () => {
  await using started = await start();
  const { ask, clientId, clientSecret } = started;
  const grant = { grant_type: "client_credentials" };
  for (const [sent, text] of [
    [{ form: { ...grant, client_id: "x", client_secret: clientSecret } }, "client_id does not match"],
    [{ form: grant, headers: basic("x", clientSecret) }, "client_id does not match"],
    [{ form: { ...grant, client_id: clientId, client_secret: "x" } }, "client_secret does not match"],
    [{ form: grant, headers: basic(clientId, "x") }, "client_secret does not match"],
    [{ form: { grant_type: "password", username: "ada", password: "x" } }, "invalid password"],
  ] as const) {
    expectAccountError(await ask(sent), invalidGrant(text));
  }
  for (const [sent, names] of [
    [{ form: grant }, "client_id"],
    [{ form: { ...grant, client_id: clientId } }, "client_secret"],
    [{ form: grant, headers: basic(clientId, "") }, "client_secret"],
    [{ form: "grant_type=&client_id=x" }, "grant_type"],
    [{ form: "" }, "grant_type"],
    [{ body: "[]" }, "grant_type"],
    [{ body: '"text"' }, "grant_type"],
    [{ form: { grant_type: "refresh_token" } }, "grant_type: refresh_token is not supported"],
    [{ form: { ...grant, client_id: clientId, client_secret: clientSecret, ttl: "soon" } }, "ttl"],
    [{ form: { grant_type: "password", username: "ada", password: "" } }, "password"],
  ] as const) {
    const answer = await ask(sent);
    expect([sent, answer.status, answer.body.error]).toEqual([sent, 400, "illegal_argument"]);
    expect(answer.body.error_description).toStartWith(names);
  }
  const unknown = await ask({ form: { grant_type: "password", username: "nobody", password: "x" } });
  expectAccountError(unknown, { status: 404, error: "invalid_grant", text: "user not found" });
  const tooLong = await ask({ form: { ...grant, client_id: "x".repeat(16_384) } });
  expect(tooLong.status).toBe(413);
});

test("a header that only says Basic is 400, and no bearer of anything else", async () => {
  await using started = await start();
  const { service, ask, clientId, clientSecret } = started;
  for (const authorization of ["Basic", "Basic !", "basic YWJj", "Basic YTpi YTpi"]) {
    const answer = await ask({ form: { grant_type: "client_credentials" }, headers: { authorization } });
    expectAccountError(answer, illegalArgument("Authorization: Basic holds no id and secret"));
  }
  const headers = basic(clientId, clientSecret);
  expect((await send("GET", `${service.base}/users`, { headers })).status).toBe(401);
  const inherit = { grant_type: "inherit", username: "ada" };
  expect((await ask({ form: inherit, headers })).status).toBe(401);
});

test("an attempt counts the same however it is sent", async () => {
  await using service = await startTestService({ settings: BEHIND_PROXY, parts: { passwords: quickPasswords } });
  const { clientId, clientSecret } = service.credentials;
  const grant = { grant_type: "client_credentials" };
  const address = from("10.9.9.9");
  const ask = (sent: Sent) =>
    send("POST", `${service.base}/token`, { ...sent, headers: { ...address, ...sent.headers } });
  const wrong: readonly Sent[] = [
    { form: { ...grant, client_id: clientId, client_secret: "x" } },
    { form: grant, headers: basic(clientId, "x") },
    { form: { grant_type: "password", username: "ada", password: "x" }, headers: basic(clientId, "x") },
    { json: { ...grant, client_id: clientId, client_secret: "x" } },
    { json: grant, headers: basic(clientId, "x") },
  ];
  for (const sent of wrong) expectAccountError(await ask(sent), invalidGrant("client_secret does not match"));
  const right = await ask({ form: grant, headers: basic(clientId, clientSecret) });
  expect([right.status, right.headers.get("retry-after")]).toEqual([429, "1"]);
});

test("id and secret are percent-encoded in Basic as in a form, whatever they hold", async () => {
  await using started = await start();
  const { ask, service } = started;
  const part = fc.oneof(
    fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }),
    fc.string({
      unit: fc.constantFrom("%", "+", ":", " ", "&", "=", "é", "好", "😀", "%41", "%zz"),
      minLength: 1,
      maxLength: 8,
    }),
  );
  await fc.assert(
    fc.asyncProperty(part, part, async (id, secret) => {
      // The decoded values are those meant: the same in the body is no difference, and the answer is about the id.
      const form = { grant_type: "client_credentials", client_id: id, client_secret: secret };
      expectAccountError(await ask({ form, headers: basic(id, secret) }), invalidGrant("client_id does not match"));
    }),
    { numRuns: 150 },
  );
  // Clients that do not encode are understood all the same, unless the text is an escape.
  const { clientId, clientSecret } = service.credentials;
  const authorization = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString("base64")}`;
  expect((await ask({ form: { grant_type: "client_credentials" }, headers: { authorization } })).status).toBe(200);
});

const grantFields = fc.dictionary(
  fc.constantFrom("grant_type", "client_id", "client_secret", "username", "password", "ttl", "scope"),
  fc.constantFrom("client_credentials", "password", "inherit", "agora", "x", "ada", "secret", "60", "soon", "é %&=+"),
);

test("a form is answered as the JSON object of the same texts", async () => {
  await using started = await start();
  const { ask } = started;
  await fc.assert(
    fc.asyncProperty(grantFields, async (fields) => {
      // A secret beside a password is looked at in a form only.
      fc.pre(fields.grant_type !== "password" || fields.client_secret === undefined);
      const [form, json] = [await ask({ form: fields }), await ask({ json: fields })];
      expect([form.status, form.body.error_description]).toEqual([json.status, json.body.error_description]);
    }),
    { numRuns: 150 },
  );
});
