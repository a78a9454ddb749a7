import { expect, test } from "bun:test";
import type { UserName } from "../../../src/core/model.ts";
import { type Answer, send } from "../../harness/client.ts";
import { withhold } from "../../harness/withheld.ts";
import { operatorOf } from "../revocation/revocations.ts";
import { startAuthorityServer } from "./authority-app.ts";

const ADA = "ada" as UserName; // as: it is a legal name
const JSON_TYPE = ["Content-Type", "application/json"] as const;

// When the body is complete, the path leads to another app, with other admins and users.
test("a call begun for an app that is deleted and created again under its key stores nothing in the new one", async () => {
  await using server = await startAuthorityServer();
  await using stack = new AsyncDisposableStack();
  const { service } = server;
  const { app, admin, base } = await server.newApp("again");
  const ada = await admin.newUser("ada");
  const calls = [
    ["PUT", "/metadata/user/ada", admin.token, "late=1"],
    ["PUT", "/metadata/user/ada", ada, "late=1"],
    ["POST", "/metadata/user/set", admin.token, '{"targets":{"ada":{"late":"1"}}}'],
    ["POST", "/users", admin.token, '{"username":"late-1","password":"x"}'],
    ["POST", "/users", ada, '{"username":"late-2","password":"x"}'],
    ["POST", "/users", undefined, '{"username":"late-3","password":"x"}'],
    ["POST", "/token", admin.token, '{"grant_type":"inherit","username":"late-4","autoCreateUser":true}'],
    ["PUT", "/users/ada/password", admin.token, '{"newpassword":"late"}'],
  ] as const;
  const waiting: (() => Promise<Answer>)[] = [];
  for (const [method, path, token, body] of calls) {
    if (token !== undefined) expect((await send("GET", `${base}/metadata/limits`, { token })).status).toBe(200);
    const parts = { announced: body.length, sent: body.slice(0, -1), headers: path.includes("ada") ? [] : [JSON_TYPE] };
    const connection = stack.use(
      await withhold(service.origin, { method, path: `/${app.key}${path}`, token, ...parts }),
    );
    waiting.push(async () => {
      connection.write(body.slice(-1));
      return await connection.answer();
    });
  }
  await send("GET", `${service.origin}/-/health`);

  await operatorOf(service).remove(app);
  const made = await operatorOf(service).create(app.key, { registration: "authorised", ratePerSecond: 0 });
  if (made === "taken") throw new Error("the key is free");
  const { number } = made.app;
  await service.store.insertUsers(number, [
    { id: crypto.randomUUID(), name: ADA, passwordHash: "quick old", nickname: null, created: Date.now() },
  ]);
  for (const [index, answer] of (await Promise.all(waiting.map((finish) => finish()))).entries()) {
    expect([calls[index], [401, 404].includes(answer.status)]).toEqual([calls[index], true]);
  }
  const users = await service.store.users(number, undefined, 10);
  expect(users.map(({ name, passwordHash }) => [name, passwordHash])).toEqual([[ADA, "quick old"]]);
  expect((await service.store.attributes(number, ADA, "write"))?.json).toBe("{}");
  expect(service.faults).toEqual([]);
});
