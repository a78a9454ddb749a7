import { expect, test } from "bun:test";
import { type Answer, send, signIn } from "../../harness/client.ts";
import { expectMetadataError } from "../../harness/expect-answer.ts";
import { startTestService } from "../../harness/service.ts";

const TEXT = "the user metadata is not of the version that the request names";
const tagOf = ({ headers }: Answer): string => headers.get("etag") ?? "";

async function start() {
  const service = await startTestService();
  const admin = await signIn(service);
  const token = await admin.newUser("ada");
  const url = `${service.base}/metadata/user/ada`;
  return { service, admin, token, url, [Symbol.asyncDispose]: () => service[Symbol.asyncDispose]() };
}

const WRITES = {
  PUT: { form: { nickname: "Bob", sign: "" } },
  PATCH: {
    body: JSON.stringify({ nickname: "Bob", sign: null }),
    headers: { "content-type": "application/merge-patch+json" },
  },
} as const;

for (const [method, sent] of Object.entries(WRITES)) {
  test(`${method} with If-Match is carried out on that version only, and otherwise shows the stored one`, async () => {
    await using started = await start();
    const { admin, token, url } = started;
    const first = await admin.set("ada", { nickname: "Ada", sign: "hi", ext: "e" });
    const stored = await admin.set("ada", { nickname: "Ada L." });
    const conditional = (ifMatch: string) =>
      send(method, url, {
        token,
        ...sent,
        headers: { ...("headers" in sent ? sent.headers : {}), "if-match": ifMatch },
      });
    const refused = await conditional(tagOf(first));
    expectMetadataError(refused, {
      status: 412,
      error: "PRECONDITION_FAILED",
      text: TEXT,
      details: {
        lastModified: stored.body.lastModified,
        etag: tagOf(stored),
        current: { nickname: "Ada L.", sign: "hi" },
      },
    });
    expect(tagOf(refused)).toBe(tagOf(stored));
    expect(refused.headers.get("last-modified")).toBe(stored.headers.get("last-modified"));
    expect(tagOf(await admin.get("ada"))).toBe(tagOf(stored));
    const done = await conditional(`"x", W/${tagOf(refused)}`);
    expect([done.status, done.body.data]).toEqual([200, { nickname: "Bob", ext: "e" }]);
    expect(tagOf(done)).toBe(tagOf(await admin.get("ada")));
    // Its own version now; nothing changes, and that is no reason to refuse.
    const again = await conditional(tagOf(done));
    expect([again.status, tagOf(again)]).toEqual([200, tagOf(done)]);
  });
}

test("of the keys named only those are told that have another value, and null is one that is not there", async () => {
  await using started = await start();
  const { admin, token, url } = started;
  await admin.set("ada", { same: "1", other: "2", unnamed: "3" });
  const form = { same: "1", other: "9", missing: "4", gone: "" };
  const answer = await send("PUT", url, { token, form, headers: { "if-match": '"x"' } });
  expect(answer.body.current).toEqual({ other: "2", missing: null });
});

test("If-None-Match: * is carried out only while nothing is stored, If-Match: * only while something is", async () => {
  await using started = await start();
  const { token, url } = started;
  const set = (headers: Record<string, string>, nickname: string) =>
    send("PUT", url, { token, form: { nickname }, headers });
  expect((await set({ "if-match": "*" }, "a")).status).toBe(412);
  expect((await set({ "if-none-match": "*" }, "b")).status).toBe(200);
  expect((await set({ "if-none-match": "*" }, "c")).status).toBe(412);
  expect((await set({ "if-match": "*" }, "d")).status).toBe(200);
  await send("DELETE", url, { token });
  expect((await set({ "if-match": "*" }, "e")).status).toBe(412);
  const last = await set({ "if-none-match": "*" }, "f");
  expect([last.status, last.body.data]).toEqual([200, { nickname: "f" }]);
  expect((await set({ "if-match": tagOf(last), "if-none-match": "*" }, "g")).status).toBe(412);
  expect((await set({ "if-match": tagOf(last), "if-none-match": '"x"' }, "g")).status).toBe(200);
});

test("DELETE takes conditions too, of all and of some keys", async () => {
  await using started = await start();
  const { admin, token, url } = started;
  const first = tagOf(await admin.set("ada", { nickname: "Ada", sign: "hi" }));
  const second = tagOf(await admin.set("ada", { ext: "e" }));
  const remove = (query: string, ifMatch: string) =>
    send("DELETE", url + query, { token, headers: { "if-match": ifMatch } });
  const refused = await remove("", first);
  expect([refused.status, refused.body.etag, refused.body.current]).toEqual([412, second, {}]);
  const someRefused = await remove("?properties=sign,nothing", first);
  expect([someRefused.status, someRefused.body.current]).toEqual([412, { sign: "hi" }]);
  const some = await remove("?properties=sign", second);
  expect([some.status, some.body.data]).toEqual([200, true]);
  expect((await admin.get("ada")).body.data).toEqual({ nickname: "Ada", ext: "e" });
  expect((await remove("", second)).status).toBe(412);
  expect((await remove("", tagOf(some))).body.data).toBe(true);
  expect((await admin.get("ada")).body.data).toEqual({});
  expect(await admin.capacity()).toBe(0);
  expect((await remove("", "*")).status).toBe(412);
  expect((await send("DELETE", url, { token, headers: { "if-none-match": "*" } })).status).toBe(200);
});

test("a user that does not exist has no version: 412 without one for an admin, 401 for others", async () => {
  await using started = await start();
  const { service, admin, token } = started;
  await admin.newUser("bob");
  const tag = tagOf(await admin.set("bob", { nickname: "Bob" }));
  const url = (name: string) => `${service.base}/metadata/user/${name}`;
  for (const method of ["PUT", "DELETE"]) {
    const form = method === "PUT" ? { form: { nickname: "x" } } : {};
    const gone = await send(method, url("nobody"), { token: admin.token, ...form, headers: { "if-match": tag } });
    expect([gone.status, gone.body.etag, gone.body.lastModified, gone.body.current]).toEqual([
      412,
      undefined,
      undefined,
      {},
    ]);
    expect(gone.headers.has("etag")).toBe(false);
    const answers = await Promise.all(
      ["bob", "nobody"].map((name) => send(method, url(name), { token, ...form, headers: { "if-match": '"x"' } })),
    );
    for (const answer of answers) {
      expectMetadataError(answer, { status: 401, error: "unauthorized", text: "unauthorized" });
      expect(answer.headers.has("etag")).toBe(false);
    }
  }
  expect(
    (await send("PUT", url("nobody"), { token: admin.token, form: { a: "b" }, headers: { "if-none-match": "*" } }))
      .status,
  ).toBe(404);
});

test("a date and a header that is no list of tags are refused, and change nothing", async () => {
  await using started = await start();
  const { admin, token, url } = started;
  await admin.set("ada", { nickname: "Ada" });
  const date = new Date(Date.now() + 60_000).toUTCString();
  for (const headers of [{ "if-unmodified-since": date }, { "if-match": "abc" }, { "if-none-match": "abc" }]) {
    const put = await send("PUT", url, { token, form: { nickname: "x" }, headers });
    expect([put.status, put.body.error]).toEqual([400, "illegal_argument"]);
    expect((await send("DELETE", url, { token, headers })).status).toBe(400);
  }
  expect((await admin.get("ada")).body.data).toEqual({ nickname: "Ada" });
});

test("with a condition a set that conflicts in flight is 412 and not 409", async () => {
  const { holdWrites } = await import("../../harness/held-store.ts");
  const held = holdWrites();
  await using service = await startTestService({ gate: held.gate });
  const admin = await signIn(service);
  const token = await admin.newUser("ada");
  const tag = tagOf(await admin.set("ada", { n: "0" }));
  const url = `${service.base}/metadata/user/ada`;
  held.hold();
  const sets = Array.from({ length: 8 }, (_, n) =>
    send("PUT", url, { token, form: { n: String(n + 1) }, headers: { "if-match": tag } }),
  );
  await held.waiting(8);
  held.release();
  const answers = await Promise.all(sets);
  const winner = answers.find(({ status }) => status === 200);
  expect(answers.filter(({ status }) => status === 412)).toHaveLength(7);
  for (const { status, body } of answers) {
    if (status === 412)
      expect([body.etag, body.current]).toEqual([tagOf(winner as Answer), { n: winner?.body.data.n }]);
  }
});
