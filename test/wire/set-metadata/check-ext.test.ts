import { expect, test } from "bun:test";
import type { AppSettings } from "../../../src/core/model.ts";
import { type Answer, type Sent, send, signIn } from "../../harness/client.ts";
import { eventually } from "../../harness/eventually.ts";
import { expectMetadataError, expectSuccess } from "../../harness/expect-answer.ts";
import { holdWrites } from "../../harness/held-store.ts";
import { chunked } from "../../harness/raw.ts";
import { startTestService } from "../../harness/service.ts";
import { longestTurnMs, slowness } from "../../harness/thread-probe.ts";
import { withhold } from "../../harness/withheld.ts";
import { NO_OBJECTS, OBJECTS, REFUSAL } from "./ext-texts.ts";

const MERGE_PATCH = { "content-type": "application/merge-patch+json" };
const REFUSED = { status: 400, error: "illegal_argument", text: REFUSAL };

async function start(app: Partial<AppSettings> = {}, more = {}) {
  const service = await startTestService({ app: { checkExt: true, ...app }, ...more });
  const admin = await signIn(service);
  const token = await admin.newUser("ada");
  const url = `${service.base}/metadata/user/ada`;
  const put = (form: Readonly<Record<string, string>>, sent: Sent = {}) => send("PUT", url, { token, form, ...sent });
  const patch = (json: unknown) => send("PATCH", url, { token, json, headers: MERGE_PATCH });
  return { service, admin, token, url, put, patch, [Symbol.asyncDispose]: () => service[Symbol.asyncDispose]() };
}

/** The same change in every way in which one user's attributes are set. */
function ways({ admin, put, patch }: Awaited<ReturnType<typeof start>>, changes: Readonly<Record<string, string>>) {
  return [() => admin.set("ada", changes), () => put(changes), () => patch(changes)];
}

test("the text of a JSON object is stored as it was sent, by the user and by an admin, by PUT and PATCH", async () => {
  await using started = await start({ userBytesMax: 10_000 });
  for (const ext of Object.values(OBJECTS)) {
    for (const way of ways(started, { ext })) {
      expectSuccess(await way(), { data: { ext } });
      await send("DELETE", started.url, { token: started.token });
    }
  }
});

test("anything else is an illegal argument, and nothing of the call is stored", async () => {
  await using started = await start({ userBytesMax: 10_000 });
  const { admin, put } = started;
  const before = await put({ nickname: "Ada", ext: '{"a":1}' });
  for (const [what, ext] of Object.entries(NO_OBJECTS)) {
    for (const way of ways(started, { nickname: "Bob", ext, sign: "hi" })) {
      const answer = await way();
      expect([what, answer.status]).toEqual([what, 400]);
      expectMetadataError(answer, REFUSED);
    }
  }
  const after = await admin.get("ada");
  expectSuccess(after, { data: { nickname: "Ada", ext: '{"a":1}' }, lastModified: before.body.lastModified });
  expect(after.headers.get("etag")).toBe(before.headers.get("etag"));
});

test("numbers, booleans and objects by JSON PATCH are no object's text; null removes", async () => {
  await using started = await start();
  const { patch } = started;
  for (const ext of [5, true, -1.5]) expectMetadataError(await patch({ ext }), REFUSED);
  expect((await patch({ ext: { a: 1 } })).body.error_description).toBe(
    'the request body: the value of "ext" is no text',
  );
  expectSuccess(await patch({ ext: JSON.stringify({ a: 1 }) }), { data: { ext: '{"a":1}' } });
  expectSuccess(await patch({ ext: null, sign: "hi" }), { data: { sign: "hi" } });
});

test("of two values of one form the last is judged, which is the one that would be stored", async () => {
  await using started = await start();
  const { token, url } = started;
  const set = (form: string) => send("PUT", url, { token, form });
  expectSuccess(await set("ext=x&ext=%7B%7D"), { data: { ext: "{}" } });
  expectMetadataError(await set("ext=%7B%7D&ext=x"), REFUSED);
  expectSuccess(await set("ext=x&ext="), { data: {} });
});

test("other keys are any text, Ext and EXT among them", async () => {
  await using started = await start();
  const data = { EXT: "x", Ext: "x", "ext ": "x", nickname: "x" };
  for (const way of ways(started, data)) expectSuccess(await way(), { data });
});

test("an app checks nothing unless it is told to", async () => {
  await using started = await start({ checkExt: false });
  for (const way of ways(started, { ext: "x" })) expectSuccess(await way(), { data: { ext: "x" } });
});

test("an ext of before stays, blocks no other key, and can be removed; the same again is refused", async () => {
  await using started = await start({ checkExt: false });
  const { service, put, token, url } = started;
  await put({ ext: "x", nickname: "Ada" });
  await service.setApp({ checkExt: true });
  await eventually(async () => expectMetadataError(await put({ ext: "x" }), REFUSED), 1500);
  expectSuccess(await put({ nickname: "Ada L." }), { data: { ext: "x", nickname: "Ada L." } });
  expectSuccess(await put({ ext: "", sign: "hi" }), { data: { nickname: "Ada L.", sign: "hi" } });
  await service.setApp({ checkExt: false });
  await eventually(async () => expectSuccess(await put({ ext: "y" }), { data: expect.anything() }), 1500);
  await service.setApp({ checkExt: true });
  await eventually(async () => expectMetadataError(await put({ ext: "x" }), REFUSED), 1500);
  expectSuccess(await send("DELETE", `${url}?properties=ext`, { token }), { data: true });
  expectSuccess(await put({ sign: "" }), { data: { nickname: "Ada L." } });
});

test("it is judged by the setting of when the body has come, not of when the head did", async () => {
  await using started = await start({ checkExt: false });
  const { service, token, put } = started;
  const path = "/org/app/metadata/user/ada";
  const headers = [["Content-Type", "application/x-www-form-urlencoded"]] as const;
  await using slow = await withhold(service.origin, { method: "PUT", path, token, announced: "chunked", headers });
  await service.setApp({ checkExt: true });
  await eventually(async () => expectMetadataError(await put({ ext: "x" }), REFUSED), 1500);
  slow.write(chunked("ext=x"));
  expectMetadataError(await slow.answer(), REFUSED);
});

test("it is checked once: a set that waits for others of the same user is not checked again when it runs", async () => {
  const held = holdWrites();
  await using started = await start({ checkExt: false, conflicts: "merge" }, { gate: held.gate });
  const { service, admin, put, patch } = started;
  await admin.newUser("bob");
  held.hold();
  const sets = [put({ ext: "x", a: "1" }), admin.set("ada", { ext: "x", b: "2" }), patch({ c: "3" })];
  await held.waiting(1);
  // The other two wait for the first: requests that were sent after them have been answered.
  for (let later = 0; later < 20; later++) await admin.get("bob");
  await service.setApp({ checkExt: true });
  await eventually(async () => expectMetadataError(await admin.set("bob", { ext: "x" }), REFUSED), 1500);
  held.release();
  expect((await Promise.all(sets)).map(({ status }) => status)).toEqual([200, 200, 200]);
  expect((await admin.get("ada")).body.data).toEqual({ a: "1", b: "2", c: "3", ext: "x" });
});

test("401 comes before it, and it comes before every check that depends on the store: 403, 404, 412", async () => {
  await using started = await start({ userBytesMax: 100 });
  const { service, admin, put } = started;
  const bob = await admin.newUser("bob");
  const long = "x".repeat(101);
  expect((await put({ ext: "x" }, { token: bob })).status).toBe(401);
  expect((await send("PUT", started.url, { form: { ext: "x" } })).status).toBe(401);
  expectMetadataError(await put({ ext: long }), REFUSED);
  for (const name of ["nobody", "no%20name"]) expectMetadataError(await admin.set(name, { ext: "x" }), REFUSED);
  for (const headers of [{ "if-match": '"none"' }, { "if-match": "*" }]) {
    expectMetadataError(await put({ ext: "x" }, { headers }), REFUSED);
    expect((await put({ ext: "{}" }, { headers })).status).toBe(412);
  }
  expect((await put({ ext: JSON.stringify(long) }, {})).status).toBe(400);
  expect((await put({ ext: `{"a":"${long}"}` })).status).toBe(403);
  expect(service.faults).toEqual([]);
});

const BYTES_MAX = 262_144;
const room = BYTES_MAX - "ext".length;
const filled = (open: string, close: string): string => {
  const depth = Math.floor((room - 6) / (open.length + close.length)) - 1;
  return `{"a":${open.repeat(depth)}1${close.repeat(depth)}}`;
};

test("the longest and deepest texts keep the thread from others for no more than 20 ms", async () => {
  await using started = await start({ userBytesMax: BYTES_MAX }, { workers: 1 });
  const { put, token, url } = started;
  const lists = filled("[", "]");
  const texts: readonly (readonly [string, number])[] = [
    [lists, 200],
    [lists.slice(0, -1), 400],
    [filled('{"a":', "}"), 200],
    [`{"a":[${"{},".repeat(85_000)}{}]}`, 200],
    [`{"a":[${Array.from({ length: 20_000 }, (_, index) => `{"${index.toString(36)}":0}`).join(",")}]}`, 200],
    [`{${Array.from({ length: 19_000 }, (_, index) => `"${index * 7919}":0`).join(",")}}`, 200],
    [`{"a":"${"\\n".repeat(130_000)}"}`, 200],
    [`${" ".repeat(200_000)}x`, 400],
  ];
  for (const [ext, due] of texts) {
    const patched = JSON.stringify({ ext });
    let answers: readonly Answer[] = [];
    // The client's own work in this thread is done beforehand; of three tries the best is the server's work alone.
    const form = `ext=${encodeURIComponent(ext)}`;
    const turns: number[] = [];
    for (let tried = 0; tried < 3; tried++) {
      turns.push(
        await longestTurnMs(async () => {
          answers = [await put({}, { form }), await send("PATCH", url, { token, body: patched, headers: MERGE_PATCH })];
        }),
      );
    }
    expect([ext.slice(0, 20), ...answers.map(({ status }) => status)]).toEqual([ext.slice(0, 20), due, due]);
    expect(Math.min(...turns)).toBeLessThan(20 * slowness());
  }
  expect(started.service.faults).toEqual([]);
}, 60_000);
