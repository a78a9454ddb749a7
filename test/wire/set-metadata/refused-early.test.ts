import { expect, test } from "bun:test";
import { send, signIn } from "../../harness/client.ts";
import { chunked, connectRaw } from "../../harness/raw.ts";
import { startTestService } from "../../harness/service.ts";

const USER = "/org/app/metadata/user/ada";
const WHOLE = 1_048_576;
const SENT = 300_000;
/** The largest that any app may give its users. */
const CEILING = 262_144;

const FORM = ["Content-Type", "application/x-www-form-urlencoded"] as const;
const PATCH = ["Content-Type", "application/merge-patch+json"] as const;

/** Bodies of 1,048,576 bytes, of which the first 300,000 hold too much. */
const TOO_MUCH = {
  "one value": ["PUT", FORM, `ext=${"x".repeat(WHOLE)}`],
  "pairs of one key": ["PUT", FORM, `abc=${"d".repeat(60)}&`.repeat(WHOLE / 60)],
  "bytes that are no UTF-8": ["PUT", FORM, Buffer.alloc(WHOLE, 0xff)],
  "stray percents": ["PUT", FORM, `ext=${"%".repeat(WHOLE)}`],
  "a merge patch of one value": ["PATCH", PATCH, `{"ext":"${"x".repeat(WHOLE)}"}`],
  "a merge patch of one key": ["PATCH", PATCH, `{${`"abc":"${"d".repeat(60)}",`.repeat(WHOLE / 60)}`],
  "a form by PATCH": ["PATCH", FORM, `ext=${"x".repeat(WHOLE)}`],
} as const;

for (const [what, [method, type, whole]] of Object.entries(TOO_MUCH)) {
  test(`${what}: refused while it is read, and the connection stays open`, async () => {
    await using service = await startTestService({ app: { userBytesMax: 5000 } });
    const admin = await signIn(service);
    await admin.newUser("ada");
    const body = Buffer.from(whole).subarray(0, WHOLE);
    const token = ["Authorization", `Bearer ${admin.token}`] as const;
    await using connection = await connectRaw(service.origin);

    connection.request(method, USER, { headers: [token, type, ["Content-Length", String(WHOLE)]] });
    connection.write(body.subarray(0, SENT));
    const answer = await connection.answer();
    expect([answer.status, answer.body.error, answer.body.limit]).toEqual([403, "FORBIDDEN", 5000]);
    expect(answer.body.desc).toBe("user metadata length exceed the limit");
    expect(answer.body.attempted).toBeGreaterThan(CEILING);
    expect(answer.body).not.toHaveProperty("used");
    expect(answer.headers.has("x-quota-user-used")).toBe(false);

    connection.write(body.subarray(SENT));
    const next = await connection.call("GET", USER, { headers: [token] });
    expect([next.status, next.body.data]).toEqual([200, {}]);
    expect(service.faults).toEqual([]);
  });
}

test("a chunked body is refused while it is read, too", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  await admin.newUser("ada");
  const token = ["Authorization", `Bearer ${admin.token}`] as const;
  await using connection = await connectRaw(service.origin);
  connection.request("PUT", USER, { headers: [token, ["Transfer-Encoding", "chunked"]] });
  connection.write(chunked("ext=", "x".repeat(SENT)).replace(/0\r\n\r\n$/, ""));
  expect((await connection.answer()).status).toBe(403);
  connection.write(chunked("x".repeat(1000)));
  expect((await connection.call("GET", USER, { headers: [token] })).status).toBe(200);
});

test("up to the ceiling the merged size decides, also above a limit that was lowered", async () => {
  await using service = await startTestService({ app: { userBytesMax: CEILING } });
  const admin = await signIn(service);
  await admin.newUser("ada");
  // The longest body for CEILING bytes: each byte is percent-encoded, and the rest is padding without a meaning.
  const form = `${"&".repeat(WHOLE - 3 * CEILING - 1)}%61=${"%62".repeat(CEILING - 1)}`;
  expect((await admin.set("ada", form)).status).toBe(200);
  expect(await admin.capacity()).toBe(CEILING);
  await service.setApp({ userBytesMax: 2048 });
  // Repeated keys count before they are dropped; the rest is no larger than the stored attributes.
  const doubled = `${`a=${"c".repeat(1000)}&`.repeat(261)}b=`;
  expect((await admin.set("ada", doubled)).status).toBe(200);
  expect(await admin.capacity()).toBe(1001);
  expect((await admin.set("ada", `a=${"d".repeat(CEILING - 1)}`)).body.used).toBe(1001);
});

test("clients that may not set the user are told so, whatever they send", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  await admin.newUser("ada");
  const bob = await admin.newUser("bob");
  for (const [token, status] of [
    [bob, 401],
    ["YWMtmade-up", 401],
  ] as const) {
    await using connection = await connectRaw(service.origin);
    const headers = [["Authorization", `Bearer ${token}`], FORM, ["Content-Length", "1000"]] as const;
    connection.request("PUT", USER, { headers });
    connection.write("=&".repeat(500));
    expect((await connection.answer()).status).toBe(status);
  }
});

test("a set of very many keys is stored, and a condition compares it with the stored ones", async () => {
  await using service = await startTestService({ app: { userBytesMax: CEILING } });
  const admin = await signIn(service);
  await admin.newUser("ada");
  const keys = Array.from({ length: 40_000 }, (_, index) => (index + 50_000).toString(36));
  const form = keys.map((key) => `${key}=1`).join("&");
  const stored = await admin.set("ada", form);
  expect(stored.status).toBe(200);
  expect(stored.body.data).toEqual(Object.fromEntries(keys.map((key) => [key, "1"])));
  const failed = await send("PATCH", `${service.base}/metadata/user/ada`, {
    token: admin.token,
    json: Object.fromEntries(keys.map((key) => [key, 2])),
    headers: { "content-type": "application/merge-patch+json", "if-match": '"another"' },
  });
  expect([failed.status, failed.body.current]).toEqual([412, stored.body.data]);
  expect((await admin.set("ada", form.replaceAll("=1", "="))).body.data).toEqual({});
});
