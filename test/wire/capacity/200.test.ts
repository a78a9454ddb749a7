import { expect, test } from "bun:test";
import { DIALECTS } from "../../../src/core/model.ts";
import { send, signIn } from "../../harness/client.ts";
import { expectSuccess } from "../../harness/expect-answer.ts";
import { startTestService } from "../../harness/service.ts";

// "Gets the total user attribute size, in Bytes, for all users under this app."
for (const dialect of DIALECTS) {
  test(`${dialect}: the UTF-8 bytes of all keys and values, through every change`, async () => {
    await using service = await startTestService({ app: { dialect } });
    const admin = await signIn(service);
    const { token } = admin;
    const read = () => send("GET", `${service.base}/metadata/user/capacity`, { token });
    for (const name of ["ada", "bob"]) await admin.newUser(name);

    expectSuccess(await read(), { data: 0 });
    await admin.set("ada", { nickname: "Ada" });
    expectSuccess(await read(), { data: 11 });
    await admin.set("bob", { é: "好😀" });
    expectSuccess(await read(), { data: 20 });
    await admin.set("ada", { nickname: "A", sign: "x" });
    expectSuccess(await read(), { data: 23 });
    await admin.set("ada", "nickname=");
    expectSuccess(await read(), { data: 14 });
    await send("DELETE", `${service.base}/metadata/user/bob`, { token });
    expectSuccess(await read(), { data: 5 });
    await send("DELETE", `${service.base}/users/ada`, { token });
    expectSuccess(await read(), { data: 0 });
    expect((await read()).text).toMatch(/"data":0,/);
  });
}

test("refused sets count for nothing", async () => {
  await using service = await startTestService();
  const admin = await signIn(service);
  await admin.newUser("ada");
  await admin.set("ada", { ext: "x".repeat(3000) });
  await admin.set("nobody", { nickname: "x" });
  expect(await admin.capacity()).toBe(0);
});
