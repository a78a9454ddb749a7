import { expect, test } from "bun:test";
import { argon2id } from "../../../src/system/passwords.ts";
import { send, signIn } from "../../harness/client.ts";
import { eventually } from "../../harness/eventually.ts";
import { BEHIND_PROXY, from } from "../../harness/from-address.ts";
import { heldPasswords } from "../../harness/held-passwords.ts";
import { startTestService } from "../../harness/service.ts";
import { createTestTimers } from "../../harness/test-timers.ts";
import { logIn } from "./log-in.ts";

const CONNECTIONS = 30;
const ROUNDS = 10;
/** Where passwords are hashed, and where they wait for that. */
const PLACES = 2 + 40;

test("thirty connections of wrong passwords from one address keep no other from logging in and registering", async () => {
  const counting = heldPasswords(argon2id);
  await using service = await startTestService({
    app: { registration: "open" },
    settings: BEHIND_PROXY,
    parts: { passwords: counting.passwords },
  });
  const admin = await signIn(service);
  await admin.register("ada");

  let isOver = false;
  const greedy = new Map<number, number>();
  const attackers = Array.from({ length: CONNECTIONS }, async (_, connection) => {
    for (let guess = 0; !isOver; guess++) {
      // Now one account, now many.
      const username = connection % 2 === 0 ? "ada" : `user${connection}-${guess}`;
      const { status } = await logIn(service.base, { address: "10.0.0.1", username, password: `guess${guess}` });
      greedy.set(status, (greedy.get(status) ?? 0) + 1);
    }
  });
  const modest: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const headers = from("10.0.0.2");
    modest.push((await logIn(service.base, { address: "10.0.0.2", username: "ada", password: "secret" })).status);
    const json = { username: `new${round}`, password: "secret" };
    modest.push((await send("POST", `${service.base}/users`, { headers, json })).status);
    const byAdmin = { token: admin.token, json: { username: `made${round}`, password: "secret" } };
    modest.push((await send("POST", `${service.base}/users`, byAdmin)).status);
  }
  isOver = true;
  await Promise.all(attackers);
  expect(modest).toEqual(Array(ROUNDS * 3).fill(200));
  expect(greedy.get(429) ?? 0).toBeGreaterThan(0);
  // An address may fail a hundred times, and then once a second.
  const hashed = (greedy.get(400) ?? 0) + (greedy.get(404) ?? 0);
  expect(hashed).toBeLessThanOrEqual(130);
  expect(counting.concurrentMax).toBe(2);
}, 60_000);

test("of an address with many users each has a turn, however many attempts one of them makes", async () => {
  const held = heldPasswords();
  // Time stands still: no caller is sent away for having waited too long.
  const parts = { passwords: held.passwords, timers: createTestTimers() };
  await using service = await startTestService({ settings: BEHIND_PROXY, parts });
  const admin = await signIn(service);
  for (const username of ["ada", "bob"]) await admin.register(username);
  held.hold();
  // The app's backend registers more than can wait, from the same address.
  let refused = 0;
  const registered = Array.from({ length: PLACES + 10 }, async (_, index) => {
    const json = { username: `user${index}`, password: "secret" };
    const { status } = await send("POST", `${service.base}/users`, {
      headers: from("10.0.0.1"),
      token: admin.token,
      json,
    });
    if (status === 503) refused += 1;
  });
  await eventually(async () => expect(refused).toBe(10));
  const logIns = ["ada", "bob"].map((username) =>
    logIn(service.base, { address: "10.0.0.1", username, password: "secret" }),
  );
  // Each of the two has been given the place of a registration.
  await eventually(async () => expect(refused).toBe(12));
  held.release();
  for (const { status } of await Promise.all(logIns)) expect(status).toBe(200);
  await Promise.all(registered);
});

test("an attempt refused for lack of a place to hash has counted for its address", async () => {
  const held = heldPasswords();
  const parts = { passwords: held.passwords, timers: createTestTimers() };
  await using service = await startTestService({ settings: BEHIND_PROXY, parts });
  held.hold();
  const attempts = Array.from({ length: 100 }, (_, index) =>
    logIn(service.base, { address: "10.0.0.1", username: `user${index}`, password: "wrong" }),
  );
  const first = await Promise.race(attempts);
  expect(first.status).toBe(503);
  held.release();
  const statuses = (await Promise.all(attempts)).map(({ status }) => status);
  expect(new Set(statuses)).toEqual(new Set([404, 503]));
  const more = await Promise.all(
    [1, 2, 3].map((index) => logIn(service.base, { address: "10.0.0.1", username: `more${index}`, password: "wrong" })),
  );
  expect(more.map(({ status }) => status).sort()).toEqual([404, 429, 429]);
});
