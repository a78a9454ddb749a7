import { expect, test } from "bun:test";
import { send, signIn } from "../../harness/client.ts";
import { eventually } from "../../harness/eventually.ts";
import { BEHIND_PROXY, from } from "../../harness/from-address.ts";
import { quickPasswords } from "../../harness/quick-passwords.ts";
import { startTestService } from "../../harness/service.ts";
import { EVERYWHERE_MS, knock, operatorOf, signInWith } from "./revocations.ts";

const parts = { passwords: quickPasswords };

test("a rotated secret ends the admin's tokens within a second, and spares the users'", async () => {
  await using service = await startTestService({ parts });
  const admin = await signIn(service);
  const ada = await admin.newUser("ada");
  for (const token of [admin.token, ada]) expect((await knock(service.base, token)).status).toBe(200);

  const rotated = await operatorOf(service).rotateSecret(service.app);
  if (rotated === undefined) throw new Error("the app is gone");
  await eventually(async () => expect((await knock(service.base, admin.token)).status).toBe(401), EVERYWHERE_MS);
  expect((await knock(service.base, ada)).status).toBe(200);
  const fresh = await signInWith(service, rotated);
  expect((await knock(service.base, fresh.token)).status).toBe(200);
});

test("a rotation refuses the old secret and accepts the new one, both immediately", async () => {
  await using service = await startTestService({ parts });
  const rotated = await operatorOf(service).rotateSecret(service.app);
  if (rotated === undefined) throw new Error("the app is gone");
  const { clientId: client_id, clientSecret: client_secret } = service.credentials;
  const json = { grant_type: "client_credentials", client_id, client_secret };
  const old = await send("POST", `${service.base}/token`, { json });
  expect([old.status, old.body.error_description]).toEqual([400, "client_secret does not match"]);
  const { token } = await signInWith(service, rotated);
  expect((await knock(service.base, token)).status).toBe(200);
});

test("tokens given in the very second of a rotation or a revocation stay good", async () => {
  await using service = await startTestService({ parts });
  const operator = operatorOf(service);
  let { credentials } = service;
  const tokens: string[] = [];
  for (let round = 0; round < 3; round++) {
    credentials = (await operator.rotateSecret(service.app)) ?? credentials;
    const { token } = await signInWith(service, credentials);
    expect((await knock(service.base, token)).status).toBe(200);
    tokens.push(token);
  }
  await eventually(async () => {
    const statuses = await Promise.all(tokens.map(async (token) => (await knock(service.base, token)).status));
    expect(statuses).toEqual([401, 401, 200]);
  }, EVERYWHERE_MS);
});

// The rotation's own time is read before it is written: a token given in between must not slip past it.
test("no token got with the old secret outlives a rotation that runs beside it", async () => {
  await using service = await startTestService({ parts, settings: BEHIND_PROXY });
  const operator = operatorOf(service);
  let { clientId: client_id, clientSecret: client_secret } = service.credentials;
  const old: string[] = [];
  for (let round = 0; round < 20; round++) {
    const json = { grant_type: "client_credentials", client_id, client_secret };
    // Each from another address: one address with this many failures would be limited.
    const ask = (number: number) =>
      send("POST", `${service.base}/token`, { json, headers: from(`10.0.${round}.${number}`) });
    const before = [1, 2, 3, 4].map(ask);
    const rotated = operator.rotateSecret(service.app);
    const answers = await Promise.all([...before, ...[5, 6, 7, 8].map(ask)]);
    old.push(...answers.filter(({ status }) => status === 200).map(({ body }) => body.access_token));
    const credentials = await rotated;
    if (credentials === undefined) throw new Error("the app is gone");
    ({ clientId: client_id, clientSecret: client_secret } = credentials);
  }
  const statusOf = async (token: string, index: number): Promise<number> =>
    (await knock(service.base, token, from(`10.1.0.${index}`))).status;
  await eventually(async () => {
    const statuses = await Promise.all(old.map(statusOf));
    expect(statuses).toEqual(old.map(() => 401));
  }, EVERYWHERE_MS);
});

test("revokeTokens of the admin ends the admin's tokens within a second, and spares the users'", async () => {
  await using service = await startTestService({ parts });
  const admin = await signIn(service);
  const ada = await admin.newUser("ada");
  await operatorOf(service).revokeTokens(service.app, "admin");
  await eventually(async () => expect((await knock(service.base, admin.token)).status).toBe(401), EVERYWHERE_MS);
  expect((await knock(service.base, ada)).status).toBe(200);
  expect((await knock(service.base, (await signIn(service)).token)).status).toBe(200);
});

test("revokeTokens of all ends every token of the app within a second, and no other app's", async () => {
  await using service = await startTestService({ parts });
  const otherApp = await service.addApp("org/other");
  const other = await eventually(() => signIn(otherApp));
  const admin = await signIn(service);
  const known = await admin.newUser("ada");
  const neverSeen = await admin.newUser("bob");
  for (const token of [admin.token, known]) expect((await knock(service.base, token)).status).toBe(200);

  await operatorOf(service).revokeTokens(service.app, "all");
  for (const token of [admin.token, known, neverSeen]) {
    await eventually(async () => {
      const { status, body } = await knock(service.base, token);
      expect(status).toBe(401);
      expect(body.error_description).toBe("Unable to authenticate due to expired access token");
    }, EVERYWHERE_MS);
  }
  const again = await signIn(service);
  for (const token of [again.token, await again.tokenOf("ada")]) {
    expect((await knock(service.base, token)).status).toBe(200);
  }
  expect((await knock(otherApp.base, other.token)).status).toBe(200);
});

test("a deleted app is unknown within a second; made again under the same key it takes none of the old tokens", async () => {
  await using service = await startTestService({ parts });
  const operator = operatorOf(service);
  const admin = await signIn(service);
  const ada = await admin.newUser("ada");
  for (const token of [admin.token, ada]) expect((await knock(service.base, token)).status).toBe(200);

  await operator.remove(service.app);
  for (const token of [admin.token, ada]) {
    await eventually(async () => expect((await knock(service.base, token)).status).toBe(404), EVERYWHERE_MS);
  }
  const made = await operator.create(service.app.key, { ratePerSecond: 0 });
  if (made === "taken") throw new Error("the key is still taken");
  const fresh = await eventually(() => signInWith(service, made.credentials));
  await fresh.newUser("ada");
  for (const token of [admin.token, ada]) expect((await knock(service.base, token)).status).toBe(401);
});
