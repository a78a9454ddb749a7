import { expect, test } from "bun:test";
import { type Admin, type Answer, send, signIn } from "../harness/client.ts";
import { BEHIND_PROXY, from } from "../harness/from-address.ts";
import { holdHashes } from "../harness/held-hashes.ts";
import { quickPasswords } from "../harness/quick-passwords.ts";
import { startTestService, type TestService } from "../harness/service.ts";

const settings = BEHIND_PROXY;
let addresses = 0;

/** From a new address each time: those that fail are not refused for their number. */
async function logsIn({ base }: TestService, username: string, password: string): Promise<boolean> {
  addresses += 1;
  const headers = from(`10.0.${Math.floor(addresses / 256)}.${addresses % 256}`);
  const json = { grant_type: "password", username, password };
  return (await send("POST", `${base}/token`, { json, headers })).status === 200;
}

function change({ base }: TestService, username: string, token: string, json: unknown): Promise<Answer> {
  return send("PUT", `${base}/users/${username}/password`, { token, json });
}

/** The user's own, from the password that `register` gives. */
async function ownChange(service: TestService, admin: Admin, username: string, newpassword: string) {
  const token = await admin.tokenOf(username);
  return () => change(service, username, token, { oldpassword: "secret", newpassword });
}

test("the owner of the old password never overwrites an admin's reset that was made while he was changing it", async () => {
  const held = holdHashes((password) => password === "the thief's");
  await using service = await startTestService({ parts: { passwords: held.passwords } });
  const admin = await signIn(service);
  await admin.register("ada");
  const steal = (await ownChange(service, admin, "ada", "the thief's"))();
  await held.waiting(1);
  expect((await change(service, "ada", admin.token, { newpassword: "reset" })).status).toBe(200);
  held.release();
  expect([400, 401]).toContain((await steal).status);
  expect(await logsIn(service, "ada", "the thief's")).toBe(false);
  expect(await logsIn(service, "ada", "reset")).toBe(true);
});

test("however a reset and the change of the old password's owner meet, the reset is what holds", async () => {
  await using service = await startTestService({ parts: { passwords: quickPasswords }, settings });
  const admin = await signIn(service);
  const names = Array.from({ length: 40 }, (_, index) => `user-${index}`);
  for (const name of names) await admin.register(name);
  const changes = await Promise.all(names.map((name) => ownChange(service, admin, name, "the thief's")));
  await Promise.all(
    names.map(async (name, index) => {
      const reset = () => change(service, name, admin.token, { newpassword: "reset" });
      const [first, second] = index % 2 === 0 ? [reset, changes[index]] : [changes[index], reset];
      await Promise.all([first?.(), second?.()]);
      expect([name, await logsIn(service, name, "reset")]).toEqual([name, true]);
      expect([name, await logsIn(service, name, "the thief's")]).toEqual([name, false]);
    }),
  );
  expect(service.faults).toEqual([]);
});

test("of two changes from one password exactly one is carried out, and its password holds", async () => {
  const wanted = ["one", "two"];
  const held = holdHashes((password) => wanted.includes(password));
  await using service = await startTestService({ parts: { passwords: held.passwords }, settings });
  const admin = await signIn(service);
  await admin.register("ada");
  const changes = await Promise.all(wanted.map((password) => ownChange(service, admin, "ada", password)));
  const answers = changes.map((begin) => begin());
  await held.waiting(2);
  held.release();
  const statuses = (await Promise.all(answers)).map(({ status }) => status);
  expect(statuses.filter((status) => status === 200)).toHaveLength(1);
  expect([400, 401]).toContain(Math.max(...statuses));
  const good = await Promise.all(wanted.map((password) => logsIn(service, "ada", password)));
  expect(good).toEqual(statuses.map((status) => status === 200));
});

for (const who of ["an admin's reset", "the user's own change"] as const) {
  test(`a user who is created again while ${who} is hashed does not get the former user's password`, async () => {
    const held = holdHashes((password) => password === "for the former");
    await using service = await startTestService({ parts: { passwords: held.passwords }, settings });
    const admin = await signIn(service);
    await admin.register("ada");
    const own = await ownChange(service, admin, "ada", "for the former");
    const reset = () => change(service, "ada", admin.token, { newpassword: "for the former" });
    const changing = who === "an admin's reset" ? reset() : own();
    await held.waiting(1);
    await send("DELETE", `${service.base}/users/ada`, { token: admin.token });
    await admin.register("ada");
    held.release();
    expect((await changing).status).toBe(who === "an admin's reset" ? 404 : 401);
    expect(await logsIn(service, "ada", "for the former")).toBe(false);
    expect(await logsIn(service, "ada", "secret")).toBe(true);
  });
}

test("of two registrations of one name exactly one is carried out, and its password holds", async () => {
  const wanted = ["one", "two"];
  const held = holdHashes((password) => wanted.includes(password));
  await using service = await startTestService({ parts: { passwords: held.passwords }, settings });
  const { token } = await signIn(service);
  const answers = wanted.map((password) =>
    send("POST", `${service.base}/users`, { token, json: { username: "ada", password } }),
  );
  await held.waiting(2);
  held.release();
  const statuses = (await Promise.all(answers)).map(({ status }) => status);
  expect([...statuses].sort()).toEqual([200, 400]);
  const good = await Promise.all(wanted.map((password) => logsIn(service, "ada", password)));
  expect(good).toEqual(statuses.map((status) => status === 200));
});
