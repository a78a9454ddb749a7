import { expect, test } from "bun:test";
import { send, signIn } from "../../harness/client.ts";
import { expectSuccess } from "../../harness/expect-answer.ts";
import { startTestService } from "../../harness/service.ts";

test("DELETE with properties removes those keys, and answers the version of the rest", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  const token = await admin.newUser("ada");
  const url = `${service.base}/metadata/user/ada`;
  const form = { nickname: "Ada", sign: "hi", "a,b": "comma", "ä &=": "odd", ext: "e", "%": "stray" };
  await admin.set("ada", form);
  const remove = (query: string) => send("DELETE", `${url}?${query}`, { token });
  const answer = await remove("properties=sign,a%2Cb,absent&x=1&properties=%C3%A4+%26%3D,%");
  expectSuccess(answer, { data: true });
  const left = await admin.get("ada");
  expect(left.body.data).toEqual({ nickname: "Ada", ext: "e" });
  expect([answer.headers.get("etag"), answer.body.lastModified]).toEqual([
    left.headers.get("etag"),
    left.body.lastModified,
  ]);
  expect(answer.headers.get("x-quota-user-used")).toBe(String(await admin.capacity()));
  // Removing a missing key is no change.
  const nothing = await remove("properties=sign");
  expect([nothing.body.data, nothing.headers.get("etag")]).toEqual([true, answer.headers.get("etag")]);
  await remove("properties=nickname,ext");
  expect((await admin.get("ada")).body.data).toEqual({});
  expect(await admin.capacity()).toBe(0);
});

test("no key is not every key, and other words of a query are passed over", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  const token = await admin.newUser("ada");
  const url = `${service.base}/metadata/user/ada`;
  await admin.set("ada", { nickname: "Ada" });
  for (const query of ["properties=", "properties", "properties=a,,b", "properties=,", "x=1&properties="]) {
    expect([query, (await send("DELETE", `${url}?${query}`, { token })).status]).toEqual([query, 400]);
  }
  expect((await admin.get("ada")).body.data).toEqual({ nickname: "Ada" });
  expect((await send("DELETE", `${url}?propertiesx=nickname`, { token })).body.data).toBe(true);
  expect((await admin.get("ada")).body.data).toEqual({});
});

test("it succeeds for admins on users that do not exist, and is refused to others", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  const token = await admin.newUser("ada");
  await admin.newUser("bob");
  const url = (name: string) => `${service.base}/metadata/user/${name}?properties=nickname`;
  for (const name of ["nobody", "a%20b"]) {
    expect((await send("DELETE", url(name), { token: admin.token })).body.data).toBe(true);
  }
  for (const name of ["bob", "nobody"]) expect((await send("DELETE", url(name), { token })).status).toBe(401);
});

test("it is never 409, whatever else is set meanwhile, in an app that refuses conflicts", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  const token = await admin.newUser("ada");
  const url = `${service.base}/metadata/user/ada`;
  await admin.set("ada", Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`k${n}`, "v"])));
  const sets = Array.from({ length: 20 }, (_, n) => send("PUT", url, { token, form: { other: String(n) } }));
  const removals = Array.from({ length: 20 }, (_, n) => send("DELETE", `${url}?properties=k${n}`, { token }));
  const answers = await Promise.all(removals);
  await Promise.all(sets);
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect(Object.keys((await admin.get("ada")).body.data)).toEqual(["other"]);
});
