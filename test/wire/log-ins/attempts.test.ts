import { expect, test } from "bun:test";
import { type Admin, type Answer, send, signIn } from "../../harness/client.ts";
import { expectAccountError } from "../../harness/expect-account.ts";
import { BEHIND_PROXY, from } from "../../harness/from-address.ts";
import { quickPasswords } from "../../harness/quick-passwords.ts";
import { startTestService, type TestService } from "../../harness/service.ts";
import { createTestClock } from "../../harness/test-clock.ts";
import { createTestTimers } from "../../harness/test-timers.ts";
import { logIn, oneByOne, waitSeconds } from "./log-in.ts";

/** A server without a rate, with the test's clock. */
async function start() {
  const [timers, clock] = [createTestTimers(), createTestClock()];
  const parts = { passwords: quickPasswords, timers, clock };
  const service = await startTestService({ settings: BEHIND_PROXY, parts });
  const admin = await signIn(service);
  await admin.register("ada");
  const ask = (address: string, password = "wrong", username = "ada") =>
    logIn(service.base, { address, username, password });
  const advance = async (ms: number) => {
    clock.advance(ms);
    await timers.advance(ms);
  };
  return { service, admin, advance, ask, [Symbol.asyncDispose]: () => service[Symbol.asyncDispose]() };
}

const statusesOf = (answers: readonly Answer[]) => answers.map(({ status }) => status);

test("after five failures for an account from an address the next are 429, and wait ever longer up to a minute", async () => {
  await using started = await start();
  const { ask } = started;
  expect(statusesOf(await oneByOne(5, () => ask("10.0.0.1")))).toEqual(Array(5).fill(400));
  const held = await oneByOne(8, () => ask("10.0.0.1"));
  expect(held.map(waitSeconds)).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
  for (const answer of held) {
    expectAccountError(answer, { status: 429, error: "reach_limit", text: "This request has reached api limit" });
  }
  // The right password is held back too: its answer would tell.
  expect(waitSeconds(await ask("10.0.0.1", "secret"))).toBe(60);
  expect((await ask("10.0.0.2", "secret")).status).toBe(200);
  expect((await ask("10.0.0.1", "wrong", "bob")).status).toBe(404);
});

test("a caller that waits as told is let through, and the right password ends the count", async () => {
  await using started = await start();
  const { ask, advance } = started;
  await oneByOne(6, () => ask("10.0.0.1"));
  await advance(1000);
  expect((await ask("10.0.0.1", "secret")).status).toBe(200);
  expect(statusesOf(await oneByOne(6, () => ask("10.0.0.1")))).toEqual([400, 400, 400, 400, 400, 429]);
});

const FAILURES: Readonly<Record<string, (admin: Admin, service: TestService) => Promise<[string, string, number]>>> = {
  "an unknown user": async () => ["ghost", "secret", 404],
  "a user without a password": async (admin) => {
    await admin.newUser("bob");
    return ["bob", "secret", 400];
  },
  "an empty password": async () => ["ada", "", 400],
  "a deactivated user": async (admin, { base }) => {
    await send("POST", `${base}/users/ada/deactivate`, { token: admin.token });
    return ["ada", "secret", 400];
  },
};

for (const [name, prepare] of Object.entries(FAILURES)) {
  test(`${name} is counted like a wrong password`, async () => {
    await using started = await start();
    const [username, password, status] = await prepare(started.admin, started.service);
    const answers = await oneByOne(6, () => started.ask("10.0.0.1", password, username));
    expect(statusesOf(answers)).toEqual([...Array(5).fill(status), 429]);
  });
}

test("after a hundred failures in a minute an address is held to one attempt a second, whatever bearer it shows", async () => {
  await using started = await start();
  const { service, admin, advance } = started;
  // It has been verified, and so is known.
  const token = await admin.tokenOf("ada");
  expect((await send("GET", `${service.base}/metadata/user/ada`, { token })).status).toBe(200);
  const ask = (username: string) => logIn(service.base, { address: "10.0.0.1", username, password: "wrong", token });

  expect(statusesOf(await oneByOne(100, (index) => ask(`user${index}`)))).toEqual(Array(100).fill(404));
  // A hundred a second is all that an address may fail at anything.
  await advance(1000);
  expect((await ask("held1")).status).toBe(404);
  expect(waitSeconds(await ask("held2"))).toBe(1);
  await advance(1000);
  expect((await ask("held3")).status).toBe(404);
  expect(waitSeconds(await ask("held4"))).toBe(1);
  expect((await started.ask("10.0.0.2", "secret")).status).toBe(200);
  await advance(120_000);
  expect(statusesOf(await oneByOne(3, (index) => ask(`new${index}`)))).toEqual([404, 404, 404]);
});

test("an account guessed at from everywhere is slow for unknown addresses alone: its owner logs in", async () => {
  await using started = await start();
  const { ask, advance } = started;
  expect((await ask("10.9.9.9", "secret")).status).toBe(200);
  const guesses = await oneByOne(60, (index) => ask(`10.0.0.${index}`));
  expect(guesses.filter(({ status }) => status === 400).length).toBeLessThanOrEqual(21);
  expect(guesses.map(waitSeconds).at(-1)).toBe(1);
  for (let time = 0; time < 5; time++) expect((await ask("10.9.9.9", "secret")).status).toBe(200);
  expect(waitSeconds(await ask("10.0.1.1", "secret"))).toBe(1);
  // An unknown address with the right password has a turn each second, too.
  await advance(1000);
  expect((await ask("10.0.1.1", "secret")).status).toBe(200);
});

test("an old password is an attempt like a log-in, and both count together", async () => {
  await using started = await start();
  const { service, admin, ask } = started;
  const token = await admin.tokenOf("ada");
  const change = (oldpassword: string) =>
    send("PUT", `${service.base}/users/ada/password`, {
      headers: from("10.0.0.1"),
      token,
      json: { oldpassword, newpassword: "another" },
    });
  await oneByOne(2, () => ask("10.0.0.1"));
  expect(statusesOf(await oneByOne(4, () => change("wrong")))).toEqual([400, 400, 400, 429]);
  expect(waitSeconds(await change("secret"))).toBe(2);
  expect(waitSeconds(await ask("10.0.0.1", "secret"))).toBe(4);
  const byAdmin = { headers: from("10.0.0.1"), token: admin.token, json: { newpassword: "another" } };
  expect((await send("PUT", `${service.base}/users/ada/password`, byAdmin)).status).toBe(200);
});

test("a wrong client secret holds back its own address, and never the app's backend elsewhere", async () => {
  await using started = await start();
  const { service, advance } = started;
  const { clientId: client_id, clientSecret } = service.credentials;
  const ask = (address: string, client_secret: string) => {
    const json = { grant_type: "client_credentials", client_id, client_secret };
    return send("POST", `${service.base}/token`, { headers: from(address), json });
  };
  expect(statusesOf(await oneByOne(6, () => ask("10.0.0.1", "wrong")))).toEqual([400, 400, 400, 400, 400, 429]);
  expect(waitSeconds(await ask("10.0.0.1", clientSecret))).toBe(2);
  // From more addresses than slow down a person's account for unknown addresses.
  await oneByOne(60, (index) => ask(`10.0.1.${index}`, "wrong"));
  expect((await ask("10.0.2.1", clientSecret)).status).toBe(200);
  await advance(2000);
  expect((await ask("10.0.0.1", clientSecret)).status).toBe(200);
});

test("a wrong client id counts for its address", async () => {
  await using started = await start();
  const { service, advance } = started;
  const json = { grant_type: "client_credentials", client_id: "x", client_secret: "y" };
  const ask = () => send("POST", `${service.base}/token`, { headers: from("10.0.0.1"), json });
  expect(statusesOf(await oneByOne(100, ask))).toEqual(Array(100).fill(400));
  await advance(1000);
  expect(statusesOf(await oneByOne(2, ask))).toEqual([400, 429]);
});
