import { expect, test } from "bun:test";
import { send, signIn } from "../../harness/client.ts";
import { entity, expectAccountSuccess } from "../../harness/expect-account.ts";
import { quickPasswords } from "../../harness/quick-passwords.ts";
import { startTestService } from "../../harness/service.ts";

test("the documented envelope, by any spelling of the name, under both prefixes", async () => {
  await using service = await startTestService({ parts: { passwords: quickPasswords } });
  const admin = await signIn(service);
  const json = { username: "Ada", password: "123", nickname: "the first" };
  const created = await send("POST", `${service.base}/users`, { token: admin.token, json });

  for (const url of [
    `${service.base}/users/ada`,
    `${service.base}/users/ADA`,
    `${service.base}/users/%61da`,
    `${service.origin}/app-id/${service.app.id}/users/ada`,
  ]) {
    expectAccountSuccess(await send("GET", url, { token: admin.token }), {
      action: "get",
      application: service.app.id,
      path: "/users",
      uri: url,
      entities: created.body.entities,
      organization: "org",
      applicationName: "app",
      count: 1,
    });
  }
});

// PHP and the web send a content type with GET, Go even a body (clients.md 5).
test("a content type on a GET does no harm", async () => {
  await using service = await startTestService();
  const { newUser, token } = await signIn(service);
  await newUser("ada");
  for (const type of ["application/json", "application/x-www-form-urlencoded"]) {
    const answer = await send("GET", `${service.base}/users/ada`, { token, headers: { "content-type": type } });
    expect([type, answer.status, answer.body.entities]).toEqual([type, 200, [entity("ada")]]);
  }
});
