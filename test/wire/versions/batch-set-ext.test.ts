import { expect, test } from "bun:test";
import { type Answer, send, signIn } from "../../harness/client.ts";
import { expectMetadataError } from "../../harness/expect-answer.ts";
import { startTestService } from "../../harness/service.ts";
import { NO_OBJECTS, OBJECTS, REFUSAL } from "../set-metadata/ext-texts.ts";

const USERS = ["ada", "bob", "cyd"];
const REFUSED = { status: 400, error: "illegal_argument", error_description: REFUSAL };

async function start(app = {}) {
  const service = await startTestService({ app: { checkExt: true, userBytesMax: 10_000, ...app } });
  const admin = await signIn(service);
  for (const user of USERS) await admin.newUser(user);
  const { token } = admin;
  const set = (json: unknown): Promise<Answer> => send("POST", `${service.base}/metadata/user/set`, { token, json });
  const stored = async (): Promise<unknown> =>
    (await send("POST", `${service.base}/metadata/user/get`, { token, json: { targets: USERS } })).body.data;
  return { service, admin, set, stored, [Symbol.asyncDispose]: () => service[Symbol.asyncDispose]() };
}

test("a user whose ext is no JSON object fails alone, with the text of the single call", async () => {
  await using started = await start();
  const { set, stored } = started;
  const good = { nickname: "Bob", ext: '{"a":1}' };
  for (const [what, ext] of Object.entries(NO_OBJECTS)) {
    const answer = await set({ targets: { ada: { nickname: "Ada", ext }, bob: good, cyd: { ext: null } } });
    expect([what, answer.status, answer.body.data]).toEqual([what, 200, { bob: good, cyd: {} }]);
    expect([what, answer.body.errors]).toEqual([what, { ada: REFUSED }]);
  }
  for (const ext of [5, true]) expect((await set({ targets: { ada: { ext } } })).body.errors).toEqual({ ada: REFUSED });
  expect(await stored()).toEqual({ bob: good });
});

test("every object is stored", async () => {
  await using started = await start();
  for (const ext of Object.values(OBJECTS)) {
    const { body } = await started.set({ targets: { ada: { ext }, bob: { ext, sign: "" } } });
    expect([body.errors, body.data]).toEqual([{}, { ada: { ext }, bob: { ext } }]);
  }
});

test("atomic: nothing is stored, with the status of that user and all errors", async () => {
  await using started = await start();
  const { set, stored } = started;
  const targets = { bob: { nickname: "Bob" }, ada: { ext: "x" }, nobody: { nickname: "x" }, cyd: { ext: "[]" } };
  const answer = await set({ targets, atomic: true });
  const text = `nothing was stored: ada: ${REFUSAL}`;
  const errors = { ada: REFUSED, cyd: REFUSED, nobody: expect.objectContaining({ status: 404 }) };
  expectMetadataError(answer, { status: 400, error: "illegal_argument", text, details: { errors } });
  expect(await stored()).toEqual({});
  expect((await set({ targets: { ada: { ext: "{}" }, cyd: { ext: "" } }, atomic: true })).body.data).toEqual({
    ada: { ext: "{}" },
    cyd: {},
  });
});

test("it comes before checks that depend on the store: an unknown user, a version, a size", async () => {
  await using started = await start({ userBytesMax: 100 });
  const { admin, set } = started;
  const { body } = await admin.set("ada", { nickname: "Ada" });
  const ext = "x".repeat(101);
  const answer = await set({
    targets: { ada: { ext }, bob: { ext }, nobody: { ext }, "no name": { ext }, cyd: { ext: `{"a":"${ext}"}` } },
    versions: { ada: body.lastModified - 1 },
  });
  const { cyd, ...others } = answer.body.errors;
  expect(others).toEqual({ ada: REFUSED, bob: REFUSED, nobody: REFUSED, "no name": REFUSED });
  expect(cyd).toMatchObject({ status: 403, limit: 100 });
});

test("of a body too large for one user no more is said than that", async () => {
  await using started = await start({ userBytesMax: 262_144 });
  const { errors } = (await started.set({ targets: { ada: { ext: "x".repeat(262_145) }, bob: { ext: "x" } } })).body;
  expect(errors).toEqual({ ada: expect.objectContaining({ status: 403, limit: 262_144 }), bob: REFUSED });
});

test("an app checks nothing unless it is told to", async () => {
  await using started = await start({ checkExt: false });
  const { body } = await started.set({ targets: { ada: { ext: "x" }, bob: { ext: true } } });
  expect([body.errors, body.data]).toEqual([{}, { ada: { ext: "x" }, bob: { ext: "true" } }]);
});
