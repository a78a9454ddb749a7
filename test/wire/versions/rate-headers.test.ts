import { expect, test } from "bun:test";
import { type Answer, send, signIn } from "../../harness/client.ts";
import { startTestService } from "../../harness/service.ts";
import { createTestClock } from "../../harness/test-clock.ts";

const rateOf = ({ headers }: Answer) => [headers.get("ratelimit-policy"), headers.get("ratelimit")];

test("every answer of a call that counts says how its bucket stands", async () => {
  const clock = createTestClock();
  await using service = await startTestService({ app: { ratePerSecond: 5 }, parts: { clock } });
  const admin = await signIn(service);
  const { token } = admin;
  clock.advance(5000);
  const policy = (bucket: string, rate = 5) => `"${bucket}";q=${rate};w=1`;
  await admin.newUser("ada");
  clock.advance(5000);
  const set = await admin.set("ada", { nickname: "Ada" });
  expect(rateOf(set)).toEqual([policy("set"), '"set";r=4;t=1']);
  expect(rateOf(await admin.set("nobody", { a: "b" }))).toEqual([policy("set"), '"set";r=3;t=1']);
  expect(rateOf(await admin.set("ada", { big: "x".repeat(3000) }))).toEqual([policy("set"), '"set";r=2;t=1']);
  clock.advance(200);
  expect(rateOf(await admin.set("ada", { a: "b" }))).toEqual([policy("set"), '"set";r=2;t=1']);
  await admin.set("ada", { a: "c" });
  await admin.set("ada", { a: "d" });
  const refused = await admin.set("ada", { a: "e" });
  expect(refused.status).toBe(429);
  expect(rateOf(refused)).toEqual([policy("set"), '"set";r=0;t=1']);
  expect(refused.headers.get("access-control-expose-headers")).toContain("RateLimit, RateLimit-Policy");

  const url = `${service.base}/metadata/user/ada`;
  const etag = (await admin.get("ada")).headers.get("etag") ?? "";
  const unchanged = await send("GET", url, { token, headers: { "if-none-match": etag } });
  expect([unchanged.status, ...rateOf(unchanged)]).toEqual([304, policy("read"), '"read";r=3;t=1']);
  const batch = await send("POST", `${service.base}/metadata/user/get`, { token, body: "{" });
  expect([batch.status, ...rateOf(batch)]).toEqual([400, policy("batch"), '"batch";r=4;t=1']);
  expect(rateOf(await send("DELETE", url, { token }))).toEqual([policy("remove"), '"remove";r=4;t=1']);
  expect(rateOf(await send("GET", `${service.base}/users/ada`, { token }))).toEqual([
    policy("users"),
    '"users";r=4;t=1',
  ]);
  const inherit = { grant_type: "inherit", username: "ada" };
  const issued = await send("POST", `${service.base}/token`, { token, json: inherit });
  expect(rateOf(issued)).toEqual([policy("token", 15), '"token";r=14;t=1']);
});

test("calls without a rate have no header of one", async () => {
  await using service = await startTestService({ app: { ratePerSecond: 5 } });
  const admin = await signIn(service);
  const url = `${service.base}/metadata/user/ada`;
  for (const answer of [
    await send("GET", url),
    await send("GET", url, { token: "YWMtgarbage" }),
    await send("OPTIONS", url),
    await send("POST", url, { token: admin.token }),
    await send("GET", `${service.origin}/-/health`),
    await send("GET", `${service.origin}/no/such/path`),
  ]) {
    expect(rateOf(answer)).toEqual([null, null]);
  }
});
