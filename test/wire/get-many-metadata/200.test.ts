import { expect, test } from "bun:test";
import { DIALECTS } from "../../../src/core/model.ts";
import { PARSED_CHARACTERS_MAX } from "../../../src/http/bodies/json/read-json.ts";
import { type Admin, type Answer, send, signIn } from "../../harness/client.ts";
import { eventually } from "../../harness/eventually.ts";
import { expectMs, expectSuccess } from "../../harness/expect-answer.ts";
import { startTestService, type TestService } from "../../harness/service.ts";

const PROPERTIES = ["avatar", "ext", "nickname"];

async function batch(service: TestService, { token }: Pick<Admin, "token">, json: unknown): Promise<Answer> {
  return await send("POST", `${service.base}/metadata/user/get`, { token, json });
}

// "Query user metadata based on the specified list of usernames and list of metadata." (§ Get Users' Metadata)
for (const dialect of DIALECTS) {
  test(`${dialect}: the wanted attributes of the users asked for, to any token of the app`, async () => {
    await using service = await startTestService({ app: { dialect } });
    const admin = await signIn(service);
    const token = await admin.newUser("reader");
    const data: Record<string, unknown> = {};
    const lastModified: Record<string, number> = {};
    for (const name of ["user1", "user2", "user3"]) {
      await admin.newUser(name);
      const wanted = { avatar: `http://www.chat.com/${name}.png`, ext: "ext", nickname: name };
      const set = await admin.set(name, { ...wanted, phone: "1" });
      data[name] = wanted;
      lastModified[name] = set.body.lastModified;
    }
    const targets = ["user1", "user2", "user3"];
    for (const bearer of [admin, { token }]) {
      expectSuccess(await batch(service, bearer, { properties: PROPERTIES, targets }), { data, lastModified });
    }
  });
}

test("unknown users, impossible names and users without attributes are left out", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  for (const name of ["ada", "bob", "cyd"]) await admin.newUser(name);
  const { lastModified } = (await admin.set("ada", { nickname: "Ada" })).body;
  await admin.set("cyd", { nickname: "Cyd" });
  await send("DELETE", `${service.base}/metadata/user/cyd`, { token: admin.token });

  const targets = ["bob", "nobody", "ada", "cyd", "a b", "", ".", "..", "x".repeat(65), "adá", "ada "];
  expectSuccess(await batch(service, admin, { targets, properties: ["nickname"] }), {
    data: { ada: { nickname: "Ada" } },
    lastModified: { ada: lastModified },
  });
});

test("a stored user with none of the wanted attributes has {}", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  await admin.newUser("ada");
  const { lastModified } = (await admin.set("ada", { nickname: "Ada" })).body;
  const answer = await batch(service, admin, { targets: ["ada"], properties: ["phone"] });
  expectSuccess(answer, { data: { ada: {} }, lastModified: { ada: lastModified } });
});

test("a key that holds half of a pair of surrogates is found by the text that a PATCH stored it under", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  await admin.newUser("ada");
  const patch = { token: admin.token, headers: { "content-type": "application/merge-patch+json" } };
  const body = '{"a\\ud800":"x","\\udc00":"y","b":"z"}';
  const { lastModified } = (await send("PATCH", `${service.base}/metadata/user/ada`, { ...patch, body })).body;
  const data = { ada: { "a\ufffd": "x", "\ufffd": "y" } };
  for (const space of ["", " ".repeat(PARSED_CHARACTERS_MAX)]) {
    for (const keys of ['"a\\ud800","\\udc00"', '"a\\udfff","\\ufffd"']) {
      const wanted = `{"targets":["ada"],"properties":[${keys}]}${space}`;
      const answer = await send("POST", `${service.base}/metadata/user/get`, { token: admin.token, body: wanted });
      expectSuccess(answer, { data, lastModified: { ada: lastModified } });
    }
  }
});

test("without properties, with null or with none of them all attributes are meant", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  await admin.newUser("ada");
  const attributes = { ext: "e", nickname: "Ada" };
  const { lastModified } = (await admin.set("ada", attributes)).body;
  for (const properties of [undefined, null, []]) {
    const answer = await batch(service, admin, { targets: ["ada"], properties });
    expectSuccess(answer, { data: { ada: attributes }, lastModified: { ada: lastModified } });
  }
});

test("repeated targets are answered once, every spelling under its own name, in the order asked for", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  for (const name of ["ada", "bob"]) {
    await admin.newUser(name);
    await admin.set(name, { nickname: name });
  }
  const answer = await batch(service, admin, { targets: ["bob", "ADA", "ada", "bob", "Ada", "ada"] });
  expect(answer.text).toContain(
    '"data":{"bob":{"nickname":"bob"},"ADA":{"nickname":"ada"},"ada":{"nickname":"ada"},"Ada":{"nickname":"ada"}}',
  );
  expect(Object.keys(answer.body.lastModified)).toEqual(["bob", "ADA", "ada", "Ada"]);
  for (const modified of Object.values(answer.body.lastModified)) expectMs(modified);
});

test("attributes called __proto__ and 10 can be asked for", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  await admin.newUser("ada");
  await admin.set("ada", "__proto__=p&10=ten&9=nine&constructor=c");
  const properties = ["9", "__proto__", "10", "hasOwnProperty"];
  const answer = await batch(service, admin, { targets: ["ada"], properties });
  expect(answer.text).toContain('"data":{"ada":{"10":"ten","9":"nine","__proto__":"p"}}');
});

// "Specify up to 100 users at a time."
test("100 targets are answered, and none at all is no mistake", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  const targets = Array.from({ length: 100 }, (_, number) => `user${number}`);
  for (const name of targets) await admin.newUser(name);
  await Promise.all(targets.map((name) => admin.set(name, { nickname: name })));
  const answer = await batch(service, admin, { targets });
  expect(answer.body.data).toEqual(Object.fromEntries(targets.map((name) => [name, { nickname: name }])));
  expectSuccess(await batch(service, admin, { targets: [] }), { data: {}, lastModified: {} });
});

test("a user of another app is not found", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  await admin.newUser("ada");
  await admin.set("ada", { nickname: "Ada" });
  const other = await service.addApp("org/other");
  const neighbour = await eventually(() => signIn(other));
  const answer = await send("POST", `${other.base}/metadata/user/get`, {
    token: neighbour.token,
    json: { targets: ["ada"] },
  });
  expectSuccess(answer, { data: {}, lastModified: {} });
});

test("the app's own batch limit counts", async () => {
  await using service = await startTestService({ app: { batchMax: 2 } });
  const admin = await signIn(service);
  expect((await batch(service, admin, { targets: ["a", "b"] })).status).toBe(200);
  expect((await batch(service, admin, { targets: ["a", "b", "c"] })).body.desc).toBe("exceed allowed batch size 2");
});
