import { expect, test } from "bun:test";
import { type Answer, type Sent, send, signIn } from "../../harness/client.ts";
import { expectMetadataError, expectSuccess } from "../../harness/expect-answer.ts";
import { startTestService } from "../../harness/service.ts";

const MERGE_PATCH = "application/merge-patch+json";

async function start(app = {}) {
  const service = await startTestService({ app });
  const admin = await signIn(service);
  const token = await admin.newUser("ada");
  const url = `${service.base}/metadata/user/ada`;
  const patch = (patched: unknown, sent: Sent = {}): Promise<Answer> =>
    send("PATCH", url, {
      token,
      body: typeof patched === "string" ? patched : JSON.stringify(patched),
      ...sent,
      headers: { "content-type": MERGE_PATCH, ...sent.headers },
    });
  return { service, admin, token, url, patch, [Symbol.asyncDispose]: () => service[Symbol.asyncDispose]() };
}

test("a merge patch sets, replaces and removes, and answers the whole as a set does", async () => {
  await using started = await start();
  const { admin, patch } = started;
  await admin.set("ada", { nickname: "Ada", sign: "hi", ext: "e" });
  const answer = await patch({ nickname: "Bob", sign: null, ext: "", gender: 2, vip: true, ratio: 0.5, none: null });
  const data = { gender: "2", nickname: "Bob", ratio: "0.5", vip: "true" };
  expectSuccess(answer, { data });
  expect((await admin.get("ada")).body.data).toEqual(data);
  expect(answer.headers.get("etag")).toBe((await admin.get("ada")).headers.get("etag"));
  expect(answer.headers.get("x-quota-user-used")).toBe(String(await admin.capacity()));
});

test("an empty patch changes nothing, and a key like __proto__ is one as any other", async () => {
  await using started = await start();
  const { admin, patch } = started;
  const before = await admin.set("ada", { nickname: "Ada" });
  for (const nothing of [{}, { nickname: "Ada" }, { absent: null }]) {
    const answer = await patch(nothing);
    expectSuccess(answer, { data: { nickname: "Ada" }, lastModified: before.body.lastModified });
  }
  const odd = await patch('{"__proto__":"p","constructor":"c","10":"ten","\\u0000":"nul"}');
  expect(Object.entries(odd.body.data)).toEqual(
    Object.entries(JSON.parse('{"10":"ten","\\u0000":"nul","__proto__":"p","constructor":"c","nickname":"Ada"}')),
  );
});

test("half a character becomes U+FFFD, as in a form", async () => {
  await using started = await start();
  const answer = await started.patch('{"a\\ud800":"x\\udc00y","b":"\\ud83d\\ude00"}');
  expect(answer.body.data).toEqual({ "a\ufffd": "x\ufffdy", b: "😀" });
});

/** Numbers that `JSON.parse` would round, shorten or refuse to hold. */
const NUMBERS = {
  shop_id: "1546130668394913822",
  exponent: "1e5",
  capital: "-2.50E+03",
  minus: "-0",
  zeros: "1.10",
  endless: "1e999",
  tiny: "0.00000000000000000000000001",
};

for (const [length, space] of [
  ["short", ""],
  ["long", " ".repeat(20_000)],
] as const) {
  test(`a number in a ${length} body becomes the text that it is written as, by PATCH and by batch`, async () => {
    await using started = await start();
    const { service, admin, patch } = started;
    const members = Object.entries(NUMBERS).map(([key, number]) => `${JSON.stringify(key)} :\n${number}`);
    const json = `{${members.join(",")}}`;
    const patched = await patch(json + space);
    expectSuccess(patched, { data: NUMBERS });
    const bytes = Object.entries(NUMBERS).flat().join("").length;
    expect(patched.headers.get("x-quota-user-used")).toBe(String(bytes));
    const again = `{"targets":{"ada":${json}},"versions":{"ada":${patched.body.lastModified}}${space}}`;
    const many = await send("POST", `${service.base}/metadata/user/set`, { token: admin.token, body: again });
    expect(many.body).toMatchObject({ data: { ada: NUMBERS }, lastModified: { ada: patched.body.lastModified } });
    expect((await admin.get("ada")).body.data).toEqual(NUMBERS);
    const twice = await patch(`{"shop_id":1,"shop_id":12345678901234567890${space}}`);
    expect(twice.body.data.shop_id).toBe("12345678901234567890");
  });

  test(`a text that is not quite a number in a ${length} body is no JSON`, async () => {
    await using started = await start();
    for (const wrong of ["01", "1.", ".5", "-", "+1", "1e", "0x1", "NaN", "Infinity", "1_000", "-n"]) {
      expect([wrong, (await started.patch(`{"a":${wrong}${space}}`)).body.error]).toEqual([wrong, "json_parse"]);
    }
  });
}

test("a number counts with all its digits, however many", async () => {
  await using started = await start();
  const largest = "9".repeat(2047);
  expectSuccess(await started.patch(`{"a":${largest}}`), { data: { a: largest } });
  expect((await started.patch(`{"a":${largest}0}`)).body).toMatchObject({ used: 2048, attempted: 2049 });
  const tooMany = await started.patch(`{"a":${"9".repeat(262_144)}}`);
  expect([tooMany.status, tooMany.body.attempted, tooMany.body.used]).toEqual([403, 262_145, undefined]);
});

test("the last of two equal keys counts, and a byte order mark is passed over", async () => {
  await using started = await start();
  expect((await started.patch('\ufeff{"a":"1","a":"2"}')).body.data).toEqual({ a: "2" });
});

test("under a form's type, or none, it is a form", async () => {
  await using started = await start();
  const { url, token } = started;
  expectSuccess(await send("PATCH", url, { token, form: { nickname: "Ada" } }), { data: { nickname: "Ada" } });
  const plain = await send("PATCH", url, { token, body: "sign=a+b", headers: { "content-type": "text/plain" } });
  expect(plain.body.data).toEqual({ nickname: "Ada", sign: "a b" });
  expect((await send("PATCH", url, { token, form: "" })).status).toBe(400);
});

test.each([
  ["[]", "not a JSON object"],
  ["null", "not a JSON object"],
  ['"text"', "not a JSON object"],
  ['{"a":{}}', 'the value of "a" is no text'],
  ['{"a":["x"]}', 'the value of "a" is no text'],
  ['{"":"x"}', "an attribute has no key"],
])("%s is 400 and changes nothing", async (body, reason) => {
  await using started = await start();
  const answer = await started.patch(body);
  expectMetadataError(answer, { status: 400, error: "illegal_argument", text: `the request body: ${reason}` });
  expect((await started.admin.get("ada")).body.data).toEqual({});
});

test("a body that is no JSON is 400, other types 415, too much 413", async () => {
  await using started = await start();
  const { url, token, patch } = started;
  for (const body of ["", "{", "nickname=Ada", "{'a':1}"]) {
    expect([body, (await patch(body)).body.error]).toEqual([body, "json_parse"]);
  }
  for (const type of [
    "application/json",
    "application/json-patch+json",
    "text/xml+x; a=application/xml",
    "multipart/form-data",
  ]) {
    const answer = await send("PATCH", url, { token, body: "{}", headers: { "content-type": type } });
    expect([type, answer.status]).toEqual([type, 415]);
  }
  const typed = await send("PATCH", url, {
    token,
    body: '{"a":"b"}',
    headers: { "content-type": `${MERGE_PATCH}; charset=utf-8` },
  });
  expect(typed.body.data).toEqual({ a: "b" });
  expect((await patch(`{"a":"${"x".repeat(1_048_576)}"}`)).status).toBe(413);
});

test("rights, unknown users and limits are a set's", async () => {
  await using started = await start();
  const { service, admin, token, patch } = started;
  await admin.newUser("bob");
  const headers = { "content-type": MERGE_PATCH };
  const of = (name: string, bearer: string | undefined) =>
    send("PATCH", `${service.base}/metadata/user/${name}`, { token: bearer, body: '{"a":"b"}', headers });
  for (const name of ["bob", "nobody"]) expect((await of(name, token)).status).toBe(401);
  expect((await of("ada", undefined)).status).toBe(401);
  expect((await of("nobody", admin.token)).status).toBe(404);
  expect((await of("get", admin.token)).status).toBe(404);
  const large = await patch({ ext: "x".repeat(2046) });
  expect([large.status, large.body.used, large.body.limit, large.body.attempted]).toEqual([403, 0, 2048, 2049]);
});
