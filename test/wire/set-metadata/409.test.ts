import { expect, test } from "bun:test";
import { send, signIn } from "../../harness/client.ts";
import { expectMetadataError } from "../../harness/expect-answer.ts";
import { holdWrites } from "../../harness/held-store.ts";
import { startTestService } from "../../harness/service.ts";

const DESC = "update userMetadata failed, concurrent updates not allowed";
const TEXTS = {
  2021: DESC,
  // docs/PROTOCOL.md § Set, the newer documents' message
  2026: "Failed to operate user metadata. Concurrent operation not allowed",
} as const;

// "When multiple threads are making changes to the same user's metadata at the same time, only one of the threads
// will succeed and return 200, the others will fail and return 409."
for (const dialect of ["2021", "2026"] as const) {
  test(`${dialect}: of sets that overlap one is stored and the others are refused, also when their keys differ`, async () => {
    const held = holdWrites();
    await using service = await startTestService({ app: { dialect }, gate: held.gate });
    const admin = await signIn(service);
    await admin.newUser("ada");
    await admin.set("ada", { sign: "before" });

    held.hold();
    const sets = [0, 1, 2].map((number) => admin.set("ada", { [`key${number}`]: "value" }));
    await held.waiting(3);
    held.release();
    const answers = await Promise.all(sets);

    const losers = answers.filter(({ status }) => status !== 200);
    expect(losers).toHaveLength(2);
    for (const loser of losers) {
      expectMetadataError(loser, { status: 409, error: "CONFLICT", text: TEXTS[dialect], desc: DESC });
    }
    const winner = answers.findIndex(({ status }) => status === 200);
    const data = { sign: "before", [`key${winner}`]: "value" };
    expect(answers[winner]?.body.data).toEqual(data);
    expect((await admin.get("ada")).body.data).toEqual(data);
    expect(service.faults).toEqual([]);
  });
}

test("a set is refused when the attributes were deleted in the meantime", async () => {
  const held = holdWrites();
  await using service = await startTestService({ gate: held.gate });
  const admin = await signIn(service);
  await admin.newUser("ada");
  await admin.set("ada", { sign: "before" });

  held.hold();
  const set = admin.set("ada", { nickname: "Ada" });
  await held.waiting(1);
  const url = `${service.base}/metadata/user/ada`;
  expect((await send("DELETE", url, { token: admin.token })).status).toBe(200);
  held.release();
  expect((await set).status).toBe(409);
  expect((await admin.get("ada")).body.data).toEqual({});
});

test("a set is refused when the user was deleted and made again in the meantime", async () => {
  const held = holdWrites();
  await using service = await startTestService({ gate: held.gate });
  const admin = await signIn(service);
  await admin.newUser("ada");

  held.hold();
  const set = admin.set("ada", { nickname: "the former Ada" });
  await held.waiting(1);
  expect((await send("DELETE", `${service.base}/users/ada`, { token: admin.token })).status).toBe(200);
  await admin.newUser("ada");
  held.release();
  expect((await set).status).toBe(409);
  expect((await admin.get("ada")).body.data).toEqual({});
  expect(await admin.capacity()).toBe(0);
});

test("sets of different users never conflict", async () => {
  const held = holdWrites();
  await using service = await startTestService({ gate: held.gate });
  const admin = await signIn(service);
  const names = ["ada", "bob", "cyd"];
  for (const name of names) await admin.newUser(name);

  held.hold();
  const sets = names.map((name) => admin.set(name, { nickname: name }));
  await held.waiting(names.length);
  held.release();
  for (const { status } of await Promise.all(sets)) expect(status).toBe(200);
});
