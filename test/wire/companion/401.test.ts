import { expect, test } from "bun:test";
import { send, signIn } from "../../harness/client.ts";
import { expectAccountError, NOT_PERMITTED, TOKEN_CORRUPT, TOKEN_MISSING } from "../../harness/expect-account.ts";
import { startTestService } from "../../harness/service.ts";
import { COMPANION_CALLS } from "./companion-calls.ts";

test("only the user is answered: not another user, an admin, the operator, or a client without a token", async () => {
  const operatorKey = "operator-key-of-this-test";
  await using service = await startTestService({ settings: { operatorKey } });
  const admin = await signIn(service);
  const ada = await admin.newUser("ada");
  const bob = await admin.newUser("bob");
  for (const { method, path, json } of COMPANION_CALLS) {
    const call = (token?: string, asked = path) =>
      send(method, `${service.base}${asked}`, { token, ...(json === undefined ? {} : { json }) });
    for (const token of [bob, admin.token, operatorKey]) expectAccountError(await call(token), NOT_PERMITTED);
    // Whether the other user is there makes no difference.
    for (const name of ["bob", "ghost", "no%20name"]) {
      expectAccountError(await call(ada, path.replace("/ada", `/${name}`)), NOT_PERMITTED);
    }
    expectAccountError(await call(), TOKEN_MISSING);
    expectAccountError(await call("YWMtgarbage"), TOKEN_CORRUPT);
    expect((await call(ada)).status).toBe(200);
  }
  expect(service.faults).toEqual([]);
});

test("a name in the place of a conversation gives its user no right to the call", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  const ada = await admin.newUser("ada");
  await admin.newUser("bob");
  const url = `${service.base}/users/bob/notification/user/ada`;
  expectAccountError(await send("GET", url, { token: ada }), NOT_PERMITTED);
});
