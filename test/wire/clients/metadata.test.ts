/** The needs of real clients, one test for each: metadata. */
import { expect, test } from "bun:test";
import { type Answer, send, signIn } from "../../harness/client.ts";
import { holdWrites } from "../../harness/held-store.ts";
import { startTestService, type TestService } from "../../harness/service.ts";
import { createTestClock } from "../../harness/test-clock.ts";

/** The eight keys that the SDKs know. */
const KEYS = ["nickname", "avatarurl", "mail", "phone", "gender", "sign", "birth", "ext"];

async function batch({ base }: TestService, token: string, json: unknown): Promise<Answer> {
  return await send("POST", `${base}/metadata/user/get`, { token, json });
}

test("12: a write of one attribute leaves the rest, and its answer holds the whole profile (4.x, SDK 5)", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  const token = await admin.newUser("ada");
  const url = `${service.base}/metadata/user/ada`;
  await send("PUT", url, { token, form: "nickname=Ada&avatarurl=http%3A%2F%2Fx%2Fa.png&gender=1" });
  const answer = await send("PUT", url, { token, form: "sign=hello there" });
  expect(answer.body.data).toEqual({ avatarurl: "http://x/a.png", gender: "1", nickname: "Ada", sign: "hello there" });
  expect(Number.isSafeInteger(answer.body.lastModified)).toBe(true);
});

test("13: values are strings in every answer (Go)", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  await admin.newUser("ada");
  const set = await admin.set("ada", "gender=1&ext=false&phone=123");
  const read = await admin.get("ada");
  const many = await batch(service, admin.token, { targets: ["ada"], properties: KEYS });
  for (const data of [set.body.data, read.body.data, many.body.data.ada]) {
    expect(data).toStrictEqual({ ext: "false", gender: "1", phone: "123" });
  }
});

test("14: a batch answer has no key but the names asked for, as they were spelt, and no null (agora-chat-uikit)", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  for (const name of ["ada", "bob"]) await admin.newUser(name);
  await admin.set("ada", { nickname: "Ada" });
  const targets = ["Ada", "bob", "nobody", "a b"];
  const { data, lastModified } = (await batch(service, admin.token, { targets, properties: KEYS })).body;
  expect(data).toStrictEqual({ Ada: { nickname: "Ada" } });
  expect(Object.keys(lastModified)).toEqual(["Ada"]);
});

test("15: a batch read without properties means all attributes (SDK 5)", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  await admin.newUser("ada");
  await admin.set("ada", { nickname: "Ada", other: "x" });
  const answer = await batch(service, admin.token, { targets: ["ada"] });
  expect(answer.body.data).toEqual({ ada: { nickname: "Ada", other: "x" } });
});

test("16: 100 targets work, and 101 are a 403 (4.x, PHP)", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  const targets = Array.from({ length: 101 }, (_, number) => `user${number}`);
  expect((await batch(service, admin.token, { targets: targets.slice(1), properties: KEYS })).status).toBe(200);
  const refused = await batch(service, admin.token, { targets, properties: KEYS });
  expect(refused.status).toBe(403);
  expect(refused.body.desc).toBe("exceed allowed batch size 100");
});

test("17: 2 KB are counted over all attributes after the merge, and nothing of a refused set is stored", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  await admin.newUser("ada");
  await admin.set("ada", { ext: "x".repeat(2000) });
  const refused = await admin.set("ada", { nickname: "Ada", sign: "x".repeat(40) });
  expect(refused.status).toBe(403);
  expect(refused.body.desc).toBe("user metadata length exceed the limit");
  expect(refused.body.error_description).toBeString();
  expect((await admin.get("ada")).body.data).toEqual({ ext: "x".repeat(2000) });
  expect((await admin.set("ada", { ext: "y".repeat(2000) })).status).toBe(200);
  // 4.x takes a 404 with these words for a missing chat room.
  expect((await admin.set("nobody", { nickname: "x" })).body.error_description).not.toContain("does not exist");
});

test("18: an unknown user is a 404 with {}, an empty one a 200 with {}; deletion says true, capacity a whole number", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  const { token } = admin;
  await admin.newUser("ada");
  const unknown = await admin.get("nobody");
  expect([unknown.status, unknown.body.data]).toEqual([404, {}]);
  const empty = await admin.get("ada");
  expect([empty.status, empty.body.data]).toEqual([200, {}]);
  for (const name of ["ada", "nobody"]) {
    expect((await send("DELETE", `${service.base}/metadata/user/${name}`, { token })).body.data).toBe(true);
  }
  const { text } = await send("GET", `${service.base}/metadata/user/capacity`, { token });
  expect(text).toMatch(/"data":\d+[,}]/);
});

test("19: a foreign or unknown user is a 401 'unauthorized', a bad token one that 4.x calls 'no permission'", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  const token = await admin.newUser("ada");
  await admin.newUser("bob");
  const form = { nickname: "x" };
  for (const name of ["bob", "nobody"]) {
    const answer = await send("PUT", `${service.base}/metadata/user/${name}`, { token, form });
    expect([answer.status, answer.body.desc]).toEqual([401, "unauthorized"]);
    expect(answer.body.error_description).not.toContain("Unable to authenticate");
  }
  const missing = await send("PUT", `${service.base}/metadata/user/ada`, { form });
  expect([missing.status, missing.body.desc]).toEqual([401, "unauthorized"]);
  expect(missing.body.error_description).toContain("Unable to authenticate (OAuth)");
});

test("20: a set that lost against another is a 409 with the documented desc", async () => {
  const held = holdWrites();
  await using service = await startTestService({ gate: held.gate });
  const admin = await signIn(service);
  await admin.newUser("ada");
  held.hold();
  const sets = ["a", "b"].map((nickname) => admin.set("ada", { nickname }));
  await held.waiting(2);
  held.release();
  const answers = (await Promise.all(sets)).sort((a, b) => a.status - b.status);
  expect(answers.map(({ status }) => status)).toEqual([200, 409]);
  expect(answers[1]?.body.desc).toBe("update userMetadata failed, concurrent updates not allowed");
});

test("21: over the rate the answer is a 429 in JSON that says when to come again", async () => {
  const clock = createTestClock();
  await using service = await startTestService({ app: { ratePerSecond: 1 }, parts: { clock } });
  const admin = await signIn(service);
  await admin.newUser("ada");
  await admin.set("ada", { nickname: "Ada" });
  const refused = await admin.set("ada", { nickname: "Ada" });
  expect([refused.status, refused.body.error]).toEqual([429, "reach_limit"]);
  expect(refused.headers.get("retry-after")).toBe("1");
  // The Ruby gem waits a second and repeats once.
  clock.advance(1000);
  expect((await admin.set("ada", { nickname: "Ada" })).status).toBe(200);
});
