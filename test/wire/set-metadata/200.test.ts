import { expect, test } from "bun:test";
import { DIALECTS } from "../../../src/core/model.ts";
import { send, signIn } from "../../harness/client.ts";
import { eventually } from "../../harness/eventually.ts";
import { expectMs, expectSuccess } from "../../harness/expect-answer.ts";
import { startTestService } from "../../harness/service.ts";

// "Set the user metadata for the specified user. Only the user himself or the app administrator has permission to do
// the settings." (the specification § Setting user metadata)
for (const dialect of DIALECTS) {
  test(`${dialect}: the admin and the user may set, and the answer holds exactly the stored attributes`, async () => {
    await using service = await startTestService({ app: { dialect } });
    const admin = await signIn(service);
    const token = await admin.newUser("ada");
    const form = { avatar: "http://www.chat.com/avatar.png", ext: "ext", nickname: "nickname" };

    for (const bearer of [admin.token, token]) {
      await send("DELETE", `${service.base}/metadata/user/ada`, { token });
      const answer = await send("PUT", `${service.base}/metadata/user/ada`, { token: bearer, form });
      expectMs(answer.body.lastModified);
      expectSuccess(answer, { data: form, lastModified: answer.body.lastModified });
    }
    expectSuccess(await admin.get("ada"), { data: form });
    expect(service.faults).toEqual([]);
  });
}

test("a set adds or replaces the keys it names, leaves the rest, and answers all of them", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  await admin.newUser("ada");
  await admin.set("ada", { nickname: "Ada", sign: "hello" });

  const answer = await admin.set("ada", { sign: "goodbye", phone: "1" });
  const data = { nickname: "Ada", phone: "1", sign: "goodbye" };
  expectSuccess(answer, { data, lastModified: answer.body.lastModified });
  expect((await admin.get("ada")).body.data).toEqual(data);
});

test("an empty value removes the key, also where there was none", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  await admin.newUser("ada");
  await admin.set("ada", { nickname: "Ada", sign: "hello" });

  expect((await admin.set("ada", "sign=&phone")).body.data).toEqual({ nickname: "Ada" });
  const last = await admin.set("ada", "nickname=");
  expectSuccess(last, { data: {}, lastModified: last.body.lastModified });
  expect(await admin.capacity()).toBe(0);
});

test("lastModified grows with every change, and a set that changes nothing keeps it", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  await admin.newUser("ada");
  const times: number[] = [];
  for (const nickname of ["a", "b", "b", "c"]) times.push((await admin.set("ada", { nickname })).body.lastModified);

  const [first = 0, second = 0, third, fourth = 0] = times;
  expect(second).toBeGreaterThan(first);
  expect(third).toBe(second);
  expect(fourth).toBeGreaterThan(second);
});

test("values are text in every answer, whatever they look like", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  await admin.newUser("ada");
  const answer = await admin.set("ada", "gender=1&a=true&b=null&c=1.50&d=%7B%22x%22%3A1%7D");
  expect(answer.body.data).toStrictEqual({ a: "true", b: "null", c: "1.50", d: '{"x":1}', gender: "1" });
});

test("any non-empty text is a key, and keys come back in one stable order", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  await admin.newUser("ada");
  const data =
    '{"10":"ten","9":"nine","__proto__":"p","constructor":"c","e\\u0000":"nul","toString":"t","é😀":"emoji"}';

  const forwards = "10=ten&9=nine&__proto__=p&constructor=c&e%00=nul&toString=t&%C3%A9%F0%9F%98%80=emoji";
  const backwards = forwards.split("&").reverse().join("&");
  expect((await admin.set("ada", forwards)).text).toContain(`"data":${data}`);
  await send("DELETE", `${service.base}/metadata/user/ada`, { token: admin.token });
  expect((await admin.set("ada", backwards)).text).toContain(`"data":${data}`);
  expect((await admin.get("ada")).text).toContain(`"data":${data}`);
});

test("a question mark at the beginning belongs to the key, and so does a second byte order mark", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  await admin.newUser("ada");
  await admin.set("ada", "?a=1&?b=2");
  expect((await admin.set("ada", "\ufeff\ufeffa=3")).text).toContain('"data":{"?a":"1","?b":"2","\ufeffa":"3"}');
  expect((await admin.set("ada", "%EF%BB%BFa=4")).text).toContain('"data":{"?a":"1","?b":"2","\ufeffa":"4"}');
});

test("users called get, capacity, constructor and __proto__ are ordinary users", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  for (const name of ["get", "capacity", "constructor", "__proto__", "-", "_"]) {
    const token = await admin.newUser(name);
    const answer = await send("PUT", `${service.base}/metadata/user/${name}`, { token, form: { nickname: name } });
    expectSuccess(answer, { data: { nickname: name }, lastModified: answer.body.lastModified });
  }
  const targets = ["get", "capacity", "constructor", "__proto__"];
  const batch = await send("POST", `${service.base}/metadata/user/get`, { token: admin.token, json: { targets } });
  expect(batch.text).toContain(`"data":{${targets.map((name) => `"${name}":{"nickname":"${name}"}`).join()}}`);
});

test("names fold to lower case, in the path and in the token", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  const token = await admin.newUser("Ada");
  await send("PUT", `${service.base}/metadata/user/aDA`, { token, form: { nickname: "Ada" } });
  expectSuccess(await admin.get("ada"), { data: { nickname: "Ada" } });
});

test("exactly 2048 bytes fit, counted in UTF-8 over keys and values", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  await admin.newUser("ada");
  const value = "é".repeat(1023);
  expect((await admin.set("ada", { kk: value })).status).toBe(200);
  expect(await admin.capacity()).toBe(2048);
});

test("after a limit is lowered a set with a result that is not larger is never refused for size", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  await admin.newUser("ada");
  await admin.newUser("bob");
  await admin.set("ada", { ext: "x".repeat(1000) });
  await service.setApp({ userBytesMax: 100, appBytesMax: 100 });

  // Of another length each time: a value equal to the stored one is never refused.
  let length = 1000;
  await eventually(async () => expect((await admin.set("bob", { ext: "x".repeat(++length) })).status).toBe(403));
  expect((await admin.set("ada", { ext: "y".repeat(1000) })).status).toBe(200);
  expect((await admin.set("ada", { ext: "z".repeat(500) })).status).toBe(200);
  expect((await admin.set("ada", { ext: "z".repeat(501) })).status).toBe(403);
  expect((await admin.get("ada")).body.data).toEqual({ ext: "z".repeat(500) });
});
