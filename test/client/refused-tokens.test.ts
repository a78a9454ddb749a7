import { expect, test } from "bun:test";
import { UsermetaError } from "../../packages/client/src/index.ts";
import { send } from "../harness/client.ts";
import { connect } from "./connected.ts";

async function statusOf(call: Promise<unknown>): Promise<unknown> {
  return await call.then(
    () => 200,
    (error) => (error instanceof UsermetaError ? error.status : error),
  );
}

test("a caller without permission fails immediately: no new token is requested, and nothing is sent again", async () => {
  for (const dialect of ["2021", "2026"] as const) {
    await using connected = await connect({ app: { dialect } });
    const { admin, other, counted } = connected;
    const own = await admin.newUser("ada");
    await admin.newUser("bob");
    const asked: boolean[] = [];
    const ada = other({
      fetch: counted.fetch,
      token(isRefused) {
        asked.push(isRefused);
        return own;
      },
    });
    const refused = [
      () => ada.set("bob", { a: "b" }),
      () => ada.set("nobody", { a: "b" }),
      () => ada.remove("bob"),
      () => ada.setMany({ ada: { a: "b" } }),
      () => ada.setMany({ ada: { a: "b" } }, { isAtomic: true }),
      // Reading a single other user is refused only in this dialect.
      ...(dialect === "2026" ? [() => ada.update("bob", () => ({ a: "b" }))] : []),
    ];
    for (const call of refused) expect(await statusOf(call())).toBe(401);
    expect(counted.calls).toHaveLength(refused.length);
    expect(asked).toEqual(refused.map(() => false));
  }
});

test("an invalid token is replaced once", async () => {
  await using connected = await connect();
  const { service, admin, other, counted } = connected;
  const ended = await admin.newUser("ada");
  await send("POST", `${service.base}/users/ada/deactivate`, { token: admin.token });
  await send("POST", `${service.base}/users/ada/activate`, { token: admin.token });
  for (const bad of ["", "nonsense", `${admin.token}x`, ended]) {
    const asked: boolean[] = [];
    const token = (good: string) => (isRefused: boolean) => {
      asked.push(isRefused);
      return isRefused ? good : bad;
    };
    const renewed = other({ fetch: counted.fetch, token: token(admin.token) });
    expect((await renewed.set("ada", { a: "b" })).attributes).toEqual({ a: "b" });
    const never = other({ fetch: counted.fetch, token: token(bad) });
    expect(await statusOf(never.set("ada", { a: "b" }))).toBe(401);
    expect(asked).toEqual([false, true, false, true]);
  }
});
