import { expect, test } from "bun:test";
import { send, signIn } from "../../harness/client.ts";
import { eventually } from "../../harness/eventually.ts";
import { BEHIND_PROXY, from } from "../../harness/from-address.ts";
import { quickPasswords } from "../../harness/quick-passwords.ts";
import { startSecondServer } from "../../harness/second-server.ts";
import { startTestService } from "../../harness/service.ts";
import { createTestClock } from "../../harness/test-clock.ts";
import { EVERYWHERE_MS, knock, REVOCATIONS } from "./revocations.ts";

const parts = { passwords: quickPasswords };

for (const { name, revoke, text } of REVOCATIONS) {
  test(`${name} ends all the user's tokens immediately, known and unknown ones, and no other user's`, async () => {
    await using service = await startTestService({ parts });
    const admin = await signIn(service);
    await admin.register("ada");
    const known = await admin.tokenOf("ada");
    const permanent = await admin.tokenOf("ada");
    const neverSeen = await admin.tokenOf("ada");
    for (const token of [known, permanent]) expect((await knock(service.base, token)).status).toBe(200);

    expect((await revoke(service.base, admin)).status).toBe(200);
    for (const token of [known, permanent, neverSeen]) {
      const { status, body } = await knock(service.base, token);
      expect([status, body.error_description]).toEqual([401, text]);
    }
    const bob = await admin.newUser("bob");
    for (const token of [admin.token, bob]) expect((await knock(service.base, token)).status).toBe(200);
    expect(service.faults).toEqual([]);
  });

  test(`${name} on another server ends them here within a second`, async () => {
    await using service = await startTestService({ parts });
    await using second = await startSecondServer(service);
    const admin = await signIn(service);
    await admin.register("ada");
    const token = await admin.tokenOf("ada");
    for (const base of [service.base, second.base]) expect((await knock(base, token)).status).toBe(200);

    expect((await revoke(second.base, admin)).status).toBe(200);
    expect((await knock(second.base, token)).status).toBe(401);
    await eventually(async () => expect((await knock(service.base, token)).status).toBe(401), EVERYWHERE_MS);
  });
}

test("a token that is given after a revocation is good, although the clock stands still", async () => {
  const clock = createTestClock();
  await using service = await startTestService({ parts: { ...parts, clock } });
  const admin = await signIn(service);
  await admin.register("ada");
  const tokens = [await admin.tokenOf("ada")];
  for (let round = 0; round < 3; round++) {
    const json = { newpassword: `p${round}` };
    await send("PUT", `${service.base}/users/ada/password`, { token: admin.token, json });
    for (const token of tokens) expect((await knock(service.base, token)).status).toBe(401);
    const fresh = await admin.tokenOf("ada");
    expect((await knock(service.base, fresh)).status).toBe(200);
    tokens.push(fresh);
  }
});

test("the token of a deleted user is none of a new user of the same name, nor can it write for the new user", async () => {
  await using service = await startTestService({ parts });
  const admin = await signIn(service);
  const old = await admin.newUser("ada");
  await send("DELETE", `${service.base}/users/ada`, { token: admin.token });
  const fresh = await admin.newUser("ada");
  const set = (token: string) => send("PUT", `${service.base}/metadata/user/ada`, { token, form: { nickname: "Ada" } });
  expect((await set(old)).status).toBe(401);
  expect((await admin.get("ada")).body.data).toEqual({});
  expect((await set(fresh)).status).toBe(200);
});

// However the two meet: a token issued before the change ends, a token issued after it stays valid; a login with
// the old password that is answered after the change has been answered never succeeds.
test("no login with the old password outlives a password change that runs beside it", async () => {
  await using service = await startTestService({ parts, settings: BEHIND_PROXY });
  const admin = await signIn(service);
  for (let round = 0; round < 20; round++) {
    // Another user each time, and each login from another address: otherwise the failures would be limited.
    const username = `ada${round}`;
    await admin.register(username);
    const json = { grant_type: "password", username, password: "secret" };
    const logIn = (number: number) =>
      send("POST", `${service.base}/token`, { json, headers: from(`10.0.0.${number}`) });
    const logins = [1, 2, 3, 4].map(logIn);
    const changed = send("PUT", `${service.base}/users/${username}/password`, {
      token: admin.token,
      json: { newpassword: "another" },
    });
    const more = [5, 6, 7, 8].map(logIn);
    expect((await changed).status).toBe(200);
    for (const { status, body } of await Promise.all([...logins, ...more])) {
      const headers = from(`10.0.1.${round}`);
      if (status === 200) expect((await knock(service.base, body.access_token, headers)).status).toBe(401);
      else expect(status).toBe(400);
    }
  }
}, 20_000);
