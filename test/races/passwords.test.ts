import { expect, test } from "bun:test";
import { type Answer, send, signIn } from "../harness/client.ts";
import { BEHIND_PROXY, from } from "../harness/from-address.ts";
import { heldHashes } from "../harness/held-hashes.ts";
import { nowSeconds, USER_PRIVILEGE, unusualToken } from "../identity/vendors/agora-tokens.ts";
import { startTrustedApp } from "../wire/identity/trusted-app.ts";
import { type OwnApp, ownApps } from "./own-app.ts";

const hashes = heldHashes();
const newApp = ownApps({ parts: { passwords: hashes.passwords }, settings: BEHIND_PROXY });
let addresses = 0;

/** From a new address each time, so that failures are not refused for their number. */
async function logsIn({ base }: OwnApp, username: string, password: string): Promise<boolean> {
  addresses += 1;
  const headers = from(`10.0.${Math.floor(addresses / 256)}.${addresses % 256}`);
  const json = { grant_type: "password", username, password };
  return (await send("POST", `${base}/token`, { json, headers })).status === 200;
}

function change({ base }: OwnApp, username: string, token: string, json: unknown): Promise<Answer> {
  return send("PUT", `${base}/users/${username}/password`, { token, json });
}

/** The user's own change, from the password that `register` sets. */
async function ownChange(app: OwnApp, username: string, newpassword: string) {
  const token = await app.admin.tokenOf(username);
  return () => change(app, username, token, { oldpassword: "secret", newpassword });
}

test("a user's change of the old password never overwrites an admin's reset made meanwhile", async () => {
  const held = hashes.hold((password) => password === "the thief's");
  const app = await newApp();
  const { admin } = app;
  await admin.register("ada");
  const steal = (await ownChange(app, "ada", "the thief's"))();
  await held.waiting(1);
  expect((await change(app, "ada", admin.token, { newpassword: "reset" })).status).toBe(200);
  held.release();
  expect([400, 401]).toContain((await steal).status);
  expect(await logsIn(app, "ada", "the thief's")).toBe(false);
  expect(await logsIn(app, "ada", "reset")).toBe(true);
});

test("however a reset and the user's own change interleave, the reset holds", async () => {
  hashes.hold(() => false);
  const app = await newApp();
  const { admin } = app;
  const names = Array.from({ length: 40 }, (_, index) => `user-${index}`);
  for (const name of names) await admin.register(name);
  const changes = await Promise.all(names.map((name) => ownChange(app, name, "the thief's")));
  await Promise.all(
    names.map(async (name, index) => {
      const reset = () => change(app, name, admin.token, { newpassword: "reset" });
      const [first, second] = index % 2 === 0 ? [reset, changes[index]] : [changes[index], reset];
      await Promise.all([first?.(), second?.()]);
      expect([name, await logsIn(app, name, "reset")]).toEqual([name, true]);
      expect([name, await logsIn(app, name, "the thief's")]).toEqual([name, false]);
    }),
  );
  expect(app.service.faults).toEqual([]);
});

test("exactly one of two changes from one password succeeds, and its password holds", async () => {
  const wanted = ["one", "two"];
  const held = hashes.hold((password) => wanted.includes(password));
  const app = await newApp();
  const { admin } = app;
  await admin.register("ada");
  const changes = await Promise.all(wanted.map((password) => ownChange(app, "ada", password)));
  const answers = changes.map((begin) => begin());
  await held.waiting(2);
  held.release();
  const statuses = (await Promise.all(answers)).map(({ status }) => status);
  expect(statuses.filter((status) => status === 200)).toHaveLength(1);
  expect([400, 401]).toContain(Math.max(...statuses));
  const good = await Promise.all(wanted.map((password) => logsIn(app, "ada", password)));
  expect(good).toEqual(statuses.map((status) => status === 200));
});

// Such a token is later than any revocation now: only the time of the reset shows that there was one.
test("a reset holds against an external token, too, that was issued by a clock ahead of ours", async () => {
  const held = hashes.hold((password) => password === "the thief's");
  await using trusted = await startTrustedApp({}, { parts: { passwords: hashes.passwords }, settings: BEHIND_PROXY });
  const { service } = trusted;
  const app = { ...service, service, admin: await signIn(service) };
  await app.admin.register("ada");
  const chats = [{ user: "ada", privileges: [[USER_PRIVILEGE, 600]] }] as const;
  const token = unusualToken({ issued: nowSeconds() + 30, chats });
  const stealing = change(app, "ada", token, { oldpassword: "secret", newpassword: "the thief's" });
  await held.waiting(1);
  expect((await change(app, "ada", app.admin.token, { newpassword: "reset" })).status).toBe(200);
  held.release();
  expect((await stealing).status).toBe(400);
  expect(await logsIn(app, "ada", "reset")).toBe(true);
});

for (const who of ["an admin's reset", "the user's own change"] as const) {
  test(`a user created again while ${who} is hashed does not get the former user's password`, async () => {
    const held = hashes.hold((password) => password === "for the former");
    const app = await newApp();
    const { admin } = app;
    await admin.register("ada");
    const own = await ownChange(app, "ada", "for the former");
    const reset = () => change(app, "ada", admin.token, { newpassword: "for the former" });
    const changing = who === "an admin's reset" ? reset() : own();
    await held.waiting(1);
    await send("DELETE", `${app.base}/users/ada`, { token: admin.token });
    await admin.register("ada");
    held.release();
    expect((await changing).status).toBe(who === "an admin's reset" ? 404 : 401);
    expect(await logsIn(app, "ada", "for the former")).toBe(false);
    expect(await logsIn(app, "ada", "secret")).toBe(true);
  });
}

test("exactly one of two registrations of one name succeeds, and its password holds", async () => {
  const wanted = ["one", "two"];
  const held = hashes.hold((password) => wanted.includes(password));
  const app = await newApp();
  const { token } = app.admin;
  const answers = wanted.map((password) =>
    send("POST", `${app.base}/users`, { token, json: { username: "ada", password } }),
  );
  await held.waiting(2);
  held.release();
  const statuses = (await Promise.all(answers)).map(({ status }) => status);
  expect([...statuses].sort()).toEqual([200, 400]);
  const good = await Promise.all(wanted.map((password) => logsIn(app, "ada", password)));
  expect(good).toEqual(statuses.map((status) => status === 200));
});
