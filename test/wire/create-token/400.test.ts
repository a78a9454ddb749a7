import { expect, test } from "bun:test";
import { send, signIn } from "../../harness/client.ts";
import { type ExpectedAccountError, expectAccountError, illegalArgument } from "../../harness/expect-account.ts";
import { BEHIND_PROXY, from } from "../../harness/from-address.ts";
import { quickPasswords } from "../../harness/quick-passwords.ts";
import { startTestService } from "../../harness/service.ts";

const invalidGrant = (text: string): ExpectedAccountError => ({ status: 400, error: "invalid_grant", text });

test("client_credentials: a wrong id and a wrong secret are told apart", async () => {
  await using service = await startTestService();
  const { clientId: client_id, clientSecret: client_secret } = service.credentials;
  const ask = (json: object) =>
    send("POST", `${service.base}/token`, { json: { grant_type: "client_credentials", ...json } });

  for (const wrong of ["", client_id.toLowerCase(), `${client_id}x`, client_secret]) {
    expectAccountError(await ask({ client_id: wrong, client_secret }), invalidGrant("client_id does not match"));
  }
  for (const wrong of ["", client_secret.slice(0, -1), `${client_secret}x`, client_id]) {
    expectAccountError(await ask({ client_id, client_secret: wrong }), invalidGrant("client_secret does not match"));
  }
});

// The web SDK compares the message of a failed login with "invalid password" (clients.md 23).
test("password: a wrong one is invalid, and a user without one can never come in by it", async () => {
  await using service = await startTestService({ settings: BEHIND_PROXY });
  const admin = await signIn(service);
  await admin.register("ada");
  await admin.newUser("bob");
  let address = 0;
  const ask = (username: string, password: string) =>
    send("POST", `${service.base}/token`, {
      headers: from(`10.0.0.${++address}`),
      json: { grant_type: "password", username, password },
    });

  for (const password of ["", "Secret", "secret ", "secre", "secret\0", "x".repeat(10_000)]) {
    expectAccountError(await ask("ada", password), invalidGrant("invalid password"));
  }
  for (const password of ["", "null", "undefined", "secret"]) {
    expectAccountError(await ask("bob", password), invalidGrant("invalid password"));
  }
  expect((await ask("ada", "secret")).status).toBe(200);
});

test("a deactivated user gets no token, by password or by inherit", async () => {
  await using service = await startTestService({ parts: { passwords: quickPasswords } });
  const admin = await signIn(service);
  await admin.register("ada");
  await send("POST", `${service.base}/users/ada/deactivate`, { token: admin.token });
  const { token } = admin;
  const password = { grant_type: "password", username: "ada", password: "secret" };
  const wrong = { ...password, password: "wrong" };
  const inherit = { grant_type: "inherit", username: "ada", autoCreateUser: true };

  expectAccountError(
    await send("POST", `${service.base}/token`, { json: password }),
    invalidGrant("user not activated"),
  );
  expectAccountError(await send("POST", `${service.base}/token`, { json: wrong }), invalidGrant("invalid password"));
  expectAccountError(
    await send("POST", `${service.base}/token`, { token, json: inherit }),
    invalidGrant("user not activated"),
  );
});

test("a ttl that is no lifetime is refused, with every grant", async () => {
  await using service = await startTestService({ parts: { passwords: quickPasswords } });
  const admin = await signIn(service);
  await admin.register("ada");
  const { clientId: client_id, clientSecret: client_secret } = service.credentials;
  const grants = [
    { grant_type: "client_credentials", client_id, client_secret },
    { grant_type: "password", username: "ada", password: "secret" },
    { grant_type: "inherit", username: "ada" },
  ];
  for (const grant of grants) {
    for (const ttl of [
      -1,
      "-1",
      1.5,
      "1.5",
      "",
      " ",
      "soon",
      "1e3",
      "0x10",
      "60s",
      true,
      [],
      {},
      1e300,
      "9".repeat(400),
    ]) {
      const answer = await send("POST", `${service.base}/token`, { token: admin.token, json: { ...grant, ttl } });
      expect([ttl, answer.status, answer.body.error]).toEqual([ttl, 400, "illegal_argument"]);
      expect(answer.body.error_description).toStartWith("ttl");
    }
  }
});

test("a field that is missing, of a wrong type or unknown is named", async () => {
  await using service = await startTestService();
  const { token } = await signIn(service);
  const wrong: readonly (readonly [json: unknown, names: string])[] = [
    [{}, "grant_type"],
    [{ grant_type: 1 }, "grant_type"],
    [{ grant_type: "" }, "grant_type"],
    [{ grant_type: "refresh_token" }, "grant_type"],
    [{ grant_type: "client_credentials" }, "client_id"],
    [{ grant_type: "client_credentials", client_id: "a" }, "client_secret"],
    [{ grant_type: "password", username: "ada" }, "password"],
    [{ grant_type: "password", password: "secret" }, "username"],
    [{ grant_type: "password", username: "ada", password: 1 }, "password"],
    [{ grant_type: "inherit" }, "username"],
    [{ grant_type: "inherit", username: "ada", autoCreateUser: "yes" }, "autoCreateUser"],
  ];
  for (const [json, names] of wrong) {
    const answer = await send("POST", `${service.base}/token`, { token, json });
    expect([json, answer.status, answer.body.error]).toEqual([json, 400, "illegal_argument"]);
    expect(answer.body.error_description).toStartWith(names);
  }
});

test("a body that begins like a JSON object and is none is refused", async () => {
  await using service = await startTestService();
  for (const body of ["{", ' {"grant_type":"password"', "{}{}", "{grant_type=password}"]) {
    const answer = await send("POST", `${service.base}/token`, { body });
    expect([body, answer.status, answer.body.error]).toEqual([body, 400, "json_parse"]);
  }
});

test("autoCreateUser makes no user of an illegal name", async () => {
  await using service = await startTestService();
  const { token } = await signIn(service);
  const ask = (username: string) =>
    send("POST", `${service.base}/token`, { token, json: { grant_type: "inherit", username, autoCreateUser: true } });

  for (const name of ["", ".", "..", "a b", "a/b", "adá", "ada\0", "\u212aelvin", "%61da", "ada@org"]) {
    expectAccountError(await ask(name), illegalArgument(`username [${name}] is not legal`));
  }
  expectAccountError(await ask("a".repeat(65)), illegalArgument("USERNAME_TOO_LONG"));
  expect((await ask("a".repeat(64))).status).toBe(200);
  expect(await service.store.users(service.app.number, undefined, 10)).toHaveLength(1);
});
