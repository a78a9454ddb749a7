import { expect, test } from "bun:test";
import { send, signIn } from "../../harness/client.ts";
import { startTestService } from "../../harness/service.ts";

const CEILING = 262_144;

test("too many bytes for any user fail that user alone, and an atomic batch as a whole", async () => {
  await using service = await startTestService({ app: { userBytesMax: 5000 } });
  const { token, newUser, get } = await signIn(service);
  for (const name of ["ada", "bob", "cyd"]) await newUser(name);
  const targets = { ada: { nickname: "Ada" }, bob: { ext: "x".repeat(CEILING) }, cyd: { nickname: "Cyd" } };
  const set = (atomic: boolean) =>
    send("POST", `${service.base}/metadata/user/set`, { token, json: { targets, atomic } });

  const refused = await set(true);
  expect([refused.status, Object.keys(refused.body.errors)]).toEqual([403, ["bob"]]);
  expect((await get("ada")).body.data).toEqual({});

  const { status, body } = await set(false);
  expect([status, body.data]).toEqual([200, { ada: { nickname: "Ada" }, cyd: { nickname: "Cyd" } }]);
  expect(body.errors.bob).toMatchObject({ status: 403, limit: 5000, attempted: CEILING + 3 });
  expect(body.errors.bob).not.toHaveProperty("used");
});

test("each user's bytes are counted alone, and before doubled keys are dropped", async () => {
  await using service = await startTestService({ app: { userBytesMax: CEILING } });
  const { token, newUser } = await signIn(service);
  for (const name of ["ada", "bob", "cyd"]) await newUser(name);
  const most = "x".repeat(CEILING - 3);
  const doubled = `"ext":"${"y".repeat(CEILING / 2)}"`;
  const text = `{"targets":{"ada":{"ext":"${most}"},"bob":{"ext":"${most}"},"cyd":{${doubled},${doubled}}}}`;
  const answer = await send("POST", `${service.base}/metadata/user/set`, { token, body: text });
  expect(Object.keys(answer.body.data)).toEqual(["ada", "bob"]);
  expect(answer.body.errors).toEqual({ cyd: expect.objectContaining({ status: 403, attempted: CEILING + 6 }) });
});
