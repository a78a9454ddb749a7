import { expect, test } from "bun:test";
import { send, signIn } from "../../harness/client.ts";
import { expectMetadataError, expectSuccess } from "../../harness/expect-answer.ts";
import { startTestService } from "../../harness/service.ts";
import { createTestClock } from "../../harness/test-clock.ts";

const BUCKETS = ["set", "read", "batch", "remove", "token", "users", "companion"];

test("an admin is told the app's limits, its use and the state of its rates; a user their own use", async () => {
  const clock = createTestClock();
  const app = {
    userBytesMax: 500,
    appBytesMax: 10_000,
    batchMax: 7,
    ratePerSecond: 10,
    conflicts: "merge",
    checkExt: true,
  } as const;
  await using service = await startTestService({ app, parts: { clock } });
  const admin = await signIn(service);
  const ada = await admin.newUser("ada");
  await admin.newUser("bob");
  await admin.set("ada", { nickname: "Ada" });
  await admin.set("bob", { nickname: "Robert" });
  clock.advance(5000);
  await admin.set("ada", { nickname: "Ada L" });
  const url = `${service.base}/metadata/limits`;
  const rates = Object.fromEntries(BUCKETS.map((bucket) => [bucket, { perSecond: 10, remaining: 10 }]));
  const data = {
    limits: { userBytesMax: 500, appBytesMax: 10_000, batchMax: 7, ratePerSecond: 10 },
    used: { appBytes: 27 },
    rates: {
      ...rates,
      set: { perSecond: 10, remaining: 9 },
      read: { perSecond: 10, remaining: 9 },
      token: { perSecond: 30, remaining: 30 },
    },
    conflicts: "merge",
    checkExt: true,
  };
  expectSuccess(await send("GET", url, { token: admin.token }), { data });
  const own = await send("GET", url, { token: ada });
  expect(own.body.data.used).toEqual({ userBytes: 13 });
  expect(own.body.data.limits).toEqual(data.limits);
});

test("without rates there are none to tell", async () => {
  await using service = await startTestService({ app: { ratePerSecond: 0 } });
  const admin = await signIn(service);
  const answer = await send("GET", `${service.base}/metadata/limits`, { token: admin.token });
  expect(answer.body.data).toMatchObject({ used: { appBytes: 0 }, rates: {}, conflicts: "refuse", checkExt: false });
  expect(answer.headers.has("ratelimit")).toBe(false);
  const unsigned = await send("GET", `${service.base}/metadata/limits`);
  expectMetadataError(unsigned, {
    status: 401,
    error: "unauthorized",
    text: "Unable to authenticate (OAuth)",
    desc: "unauthorized",
  });
});

test("the answers of writes hold the user's usage and limit", async () => {
  await using service = await startTestService({ app: { userBytesMax: 100 } });
  const admin = await signIn(service);
  const token = await admin.newUser("ada");
  const url = `${service.base}/metadata/user/ada`;
  const quota = ({ headers }: Awaited<ReturnType<typeof send>>) => [
    headers.get("x-quota-user-used"),
    headers.get("x-quota-user-limit"),
  ];
  expect(quota(await admin.set("ada", { ext: "é".repeat(10) }))).toEqual(["23", "100"]);
  expect(quota(await admin.set("ada", { more: "x".repeat(80) }))).toEqual(["23", "100"]);
  expect(quota(await send("PATCH", url, { token, form: { a: "b" } }))).toEqual(["25", "100"]);
  expect(quota(await send("DELETE", `${url}?properties=a`, { token }))).toEqual(["23", "100"]);
  expect(quota(await send("DELETE", url, { token }))).toEqual(["0", "100"]);
  expect(quota(await admin.get("ada"))).toEqual([null, null]);
});
