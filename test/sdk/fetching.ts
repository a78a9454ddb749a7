import { describe, expect, test } from "bun:test";
import type { OpenSdk } from "./open-sdk.ts";
import { expectData, expectForbidden } from "./outcome.ts";

const TIME = expect.any(Number);

export function describeFetching(open: OpenSdk): void {
  describe("fetchUserInfoById", () => {
    test("of one user gives the attributes that the SDK knows, without being told which", async () => {
      await using opened = await open();
      const { sdk, admin, logInAs } = opened;
      await logInAs("ada");
      await admin.newUser("bob");
      await admin.set("bob", { nickname: "Bob", gender: "1", level: "9" });

      const expected = { bob: { nickname: "Bob", gender: "1" } };
      expectData(await sdk.call("fetchUserInfoById", "bob"), expected, { bob: TIME });
    });

    test("of many users and keys is keyed by the names as asked for, and leaves out who has nothing", async () => {
      await using opened = await open();
      const { sdk, admin, logInAs } = opened;
      await logInAs("ada");
      for (const username of ["bob", "eve"]) await admin.newUser(username);
      await admin.set("bob", { nickname: "Bob", level: "9", sign: "hello" });
      await admin.set("eve", { phone: "1" });

      const ids = ["bob", "BOB", "eve", "ada", "ghost", "no user, ever", "bob"];
      const times = { bob: TIME, BOB: TIME, eve: TIME };
      const bob = { nickname: "Bob", level: "9" };
      expectData(await sdk.call("fetchUserInfoById", ids, ["nickname", "level"]), { bob, BOB: bob, eve: {} }, times);
      const signed = { sign: "hello" };
      expectData(await sdk.call("fetchUserInfoById", ids, "sign"), { bob: signed, BOB: signed, eve: {} }, times);
    });

    test("of an unknown user alone gives nothing, and no error", async () => {
      await using opened = await open();
      const { sdk, logInAs } = opened;
      await logInAs("ada");
      expectData(await sdk.call("fetchUserInfoById", "ghost"), {}, {});
    });

    test("of 100 users works, of 101 rejects with the reason", async () => {
      await using opened = await open();
      const { sdk, admin, logInAs } = opened;
      await logInAs("user0");
      await admin.set("user0", { nickname: "Ada" });
      const ids = (count: number) => Array.from({ length: count }, (_, index) => `user${index}`);

      expectData(await sdk.call("fetchUserInfoById", ids(100)), { user0: { nickname: "Ada" } }, { user0: TIME });
      expectForbidden(await sdk.call("fetchUserInfoById", ids(101)), "exceed allowed batch size 100");
    });

    test("of 101 users rejects in the newer dialect with the reason as its message", async () => {
      await using opened = await open({ app: { dialect: "2026" } });
      const { sdk, logInAs } = opened;
      await logInAs("ada");
      const ids = Array.from({ length: 101 }, (_, index) => `user${index}`);

      const rejected = { type: 17, message: "exceed allowed batch size 100", data: expect.any(String) };
      expect(await sdk.call("fetchUserInfoById", ids)).toEqual({ rejected });
    });
  });
}
