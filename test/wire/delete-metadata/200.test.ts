import { expect, test } from "bun:test";
import { DIALECTS } from "../../../src/core/model.ts";
import { send, signIn } from "../../harness/client.ts";
import { expectSuccess } from "../../harness/expect-answer.ts";
import { holdWrites } from "../../harness/held-store.ts";
import { startTestService } from "../../harness/service.ts";

for (const dialect of DIALECTS) {
  // "Deletes all user metadata for the specified user."
  test(`${dialect}: the user and the admin delete all attributes, and their bytes are free again`, async () => {
    await using service = await startTestService({ app: { dialect } });
    const admin = await signIn(service);
    const own = await admin.newUser("ada");
    for (const token of [own, admin.token]) {
      await admin.set("ada", { nickname: "Ada", sign: "hello" });
      expectSuccess(await send("DELETE", `${service.base}/metadata/user/Ada`, { token }), { data: true });
      expectSuccess(await admin.get("ada"), { data: {} });
      expect(await admin.capacity()).toBe(0);
    }
    expect(service.faults).toEqual([]);
  });

  // "If the specified user does not exist, or if its user metadata do not exist (perhaps they have already been
  // deleted), the deletion is also considered successful."
  test(`${dialect}: nothing to delete is a success too, whether the user exists or not`, async () => {
    await using service = await startTestService({ app: { dialect } });
    const admin = await signIn(service);
    const { token } = admin;
    await admin.newUser("ada");
    for (const name of ["ada", "ada", "nobody", "a%20b", "x".repeat(65), "%00"]) {
      expectSuccess(await send("DELETE", `${service.base}/metadata/user/${name}`, { token }), { data: true });
    }
  });
}

test("only the attributes go: the user stays, with their token", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  const token = await admin.newUser("ada");
  const url = `${service.base}/metadata/user/ada`;
  await admin.set("ada", { nickname: "Ada" });
  await send("DELETE", url, { token });
  expect((await send("PUT", url, { token, form: { sign: "x" } })).body.data).toEqual({ sign: "x" });
});

test("after a deletion lastModified goes on growing", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  await admin.newUser("ada");
  const before = await admin.set("ada", { nickname: "Ada" });
  await send("DELETE", `${service.base}/metadata/user/ada`, { token: admin.token });
  const after = await admin.set("ada", { nickname: "Ada" });
  expect(after.body.lastModified).toBeGreaterThan(before.body.lastModified + 1);
});

test("users called get and capacity can have theirs deleted", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  for (const name of ["get", "capacity"]) {
    const token = await admin.newUser(name);
    await admin.set(name, { nickname: name });
    expectSuccess(await send("DELETE", `${service.base}/metadata/user/${name}`, { token }), { data: true });
  }
  expect(await admin.capacity()).toBe(0);
});

test("a deletion never conflicts, and ends in nothing stored", async () => {
  const held = holdWrites();
  await using service = await startTestService({ gate: held.gate });
  const admin = await signIn(service);
  await admin.newUser("ada");
  await admin.set("ada", { nickname: "Ada" });
  held.hold();
  const set = admin.set("ada", { nickname: "Other" });
  await held.waiting(1);
  const url = `${service.base}/metadata/user/ada`;
  const deletions = [1, 2, 3].map(() => send("DELETE", url, { token: admin.token }));
  for (const answer of await Promise.all(deletions)) expectSuccess(answer, { data: true });
  held.release();
  expect((await set).status).toBe(409);
  expect(await admin.capacity()).toBe(0);
});
