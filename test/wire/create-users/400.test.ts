import { expect, test } from "bun:test";
import { send, signIn } from "../../harness/client.ts";
import { expectAccountError, illegalArgument } from "../../harness/expect-account.ts";
import { quickPasswords } from "../../harness/quick-passwords.ts";
import { startTestService } from "../../harness/service.ts";

const parts = { passwords: quickPasswords };

// "A taken name: 400, `duplicate_unique_property_exists`, description with `username be unique`" (clients.md 24)
test("a taken name, in any spelling", async () => {
  await using service = await startTestService({ parts });
  const { token, register } = await signIn(service);
  await register("user1");
  for (const username of ["user1", "USER1"]) {
    const json = { username, password: "another" };
    expectAccountError(await send("POST", `${service.base}/users`, { token, json }), {
      status: 400,
      error: "duplicate_unique_property_exists",
      text: `Application ${service.app.id} Entity user requires that property named username be unique, value of user1 exists`,
      exception: "org.apache.usergrid.persistence.exceptions.DuplicateUniquePropertyExistsException",
    });
  }
});

test("of many concurrent registrations of one name exactly one succeeds", async () => {
  await using service = await startTestService({ parts });
  const { token } = await signIn(service);
  const asks = Array.from({ length: 16 }, (_, n) =>
    send("POST", `${service.base}/users`, { token, json: { username: "ada", password: `p${n}` } }),
  );
  const statuses = (await Promise.all(asks)).map(({ status }) => status);
  expect(statuses.toSorted()).toEqual([200, ...Array(15).fill(400)]);
  const winner = `p${statuses.indexOf(200)}`;
  const login = { grant_type: "password", username: "ada", password: winner };
  expect((await send("POST", `${service.base}/token`, { json: login })).status).toBe(200);
});

test("a field from which no user can be created is named with the documented text", async () => {
  await using service = await startTestService({ parts });
  const { token } = await signIn(service);
  const password = "123";
  const wrong: readonly (readonly [json: unknown, text: string])[] = [
    [{ password }, "Entity user requires a property named username"],
    [{ username: null, password }, "Entity user requires a property named username"],
    [[{ username: "ada", password }, { password }], "Entity user requires a property named username"],
    [{ username: "", password }, "username [] is not legal"],
    [{ username: "a b", password }, "username [a b] is not legal"],
    [{ username: "..", password }, "username [..] is not legal"],
    [{ username: "adá", password }, "username [adá] is not legal"],
    [{ username: "a".repeat(65), password }, "USERNAME_TOO_LONG"],
    [{ username: "ada" }, "password or pin must provided"],
    [{ username: "ada", password: null }, "password or pin must provided"],
    [{ username: "ada", password: "" }, "password or pin must provided"],
    [{ username: "ada", password: "x".repeat(65) }, "PASSWORD_TOO_LONG"],
    [{ username: "ada", password: "😀".repeat(65) }, "PASSWORD_TOO_LONG"],
    [{ username: "ada", password, nickname: "x".repeat(101) }, "NICKNAME_TOO_LONG"],
    [{ username: "ada", password, nickname: "😀".repeat(101) }, "NICKNAME_TOO_LONG"],
  ];
  for (const [json, text] of wrong) {
    expectAccountError(await send("POST", `${service.base}/users`, { token, json }), illegalArgument(text));
  }
  expect(await service.store.users(service.app.number, undefined, 10)).toEqual([]);
});

test("a password and a nickname are counted in characters, not in the units of a string", async () => {
  await using service = await startTestService({ parts });
  const { token } = await signIn(service);
  const json = { username: "ada", password: "😀".repeat(64), nickname: "😀".repeat(100) };
  expect((await send("POST", `${service.base}/users`, { token, json })).status).toBe(200);
});

test("a wrong type is named, and a body that is no JSON refused", async () => {
  await using service = await startTestService({ parts });
  const { token } = await signIn(service);
  for (const json of [{ username: 1, password: "123" }, { username: "ada", password: 123 }, "ada", 1, null, ["ada"]]) {
    const { status, body } = await send("POST", `${service.base}/users`, { token, json });
    expect([json, status, body.error]).toEqual([json, 400, "illegal_argument"]);
  }
  for (const body of ["", "username=ada&password=123", "{"]) {
    const answer = await send("POST", `${service.base}/users`, { token, body });
    expect([body, answer.status, answer.body.error]).toEqual([body, 400, "json_parse"]);
  }
});

test("61 users in one call are too many, and none is created", async () => {
  await using service = await startTestService({ parts });
  const { token } = await signIn(service);
  const json = Array.from({ length: 61 }, (_, n) => ({ username: `user${n}`, password: "123" }));
  expectAccountError(
    await send("POST", `${service.base}/users`, { token, json }),
    illegalArgument("Request body array size[61] had almost reached or been greater than the upper range value[60]"),
  );
  expect(await service.store.users(service.app.number, undefined, 10)).toEqual([]);
});
