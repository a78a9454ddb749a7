import { expect, test } from "bun:test";
import { DIALECTS } from "../../../src/core/model.ts";
import { send, signIn } from "../../harness/client.ts";
import { expectSuccess } from "../../harness/expect-answer.ts";
import { startTestService } from "../../harness/service.ts";

// "Gets all user attribute key-value pairs for the specified user." (the specification § Get user metadata)
for (const dialect of DIALECTS) {
  test(`${dialect}: the user and the admin read all attributes`, async () => {
    await using service = await startTestService({ app: { dialect } });
    const admin = await signIn(service);
    const token = await admin.newUser("ada");
    const data = { avatar: "http://www.chat.com/avatar.png", ext: "ext", nickname: "nickname" };
    await admin.set("ada", data);

    expectSuccess(await admin.get("ada"), { data });
    expectSuccess(await send("GET", `${service.base}/metadata/user/ADA`, { token }), { data });
    expect(service.faults).toEqual([]);
  });

  // "Returns null data if the specified user does not exist, or if the specified user's metadata do not exist {}."
  test(`${dialect}: a user without attributes has {}, before the first set and after the deletion`, async () => {
    await using service = await startTestService({ app: { dialect } });
    const admin = await signIn(service);
    await admin.newUser("ada");
    expectSuccess(await admin.get("ada"), { data: {} });
    await admin.set("ada", { nickname: "Ada" });
    await send("DELETE", `${service.base}/metadata/user/ada`, { token: admin.token });
    expectSuccess(await admin.get("ada"), { data: {} });
  });
}

test("2021: any user of the app may read another", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  const token = await admin.newUser("ada");
  await admin.newUser("bob");
  await admin.set("bob", { nickname: "Bob" });
  expectSuccess(await send("GET", `${service.base}/metadata/user/bob`, { token }), { data: { nickname: "Bob" } });
});

// The newer documents: 200 with `data: {}` in both cases (docs/PROTOCOL.md § Get).
test("2026: an unknown user reads like one without attributes", async () => {
  await using service = await startTestService({ app: { dialect: "2026" } });
  const admin = await signIn(service);
  for (const name of ["nobody", "a%20b", "x".repeat(65)]) expectSuccess(await admin.get(name), { data: {} });
});

test("a user made again has nothing of the one before", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  await admin.newUser("ada");
  await admin.set("ada", { nickname: "Ada" });
  await send("DELETE", `${service.base}/users/ada`, { token: admin.token });
  await admin.newUser("ada");
  expectSuccess(await admin.get("ada"), { data: {} });
});

test("names that only look alike are other users", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  for (const name of ["ada", "kada"]) await admin.newUser(name);
  // A trailing space, an accent, a NUL, the Kelvin sign (which folds to "k") and a full-width letter.
  for (const name of ["ada%20", "ad%C3%A1", "ada%00", "%E2%84%AAada", "%EF%BD%81da", "ada%2f"]) {
    expect((await admin.get(name)).status).toBe(404);
  }
});
