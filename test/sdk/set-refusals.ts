import { describe, expect, test } from "bun:test";
import { send, signIn } from "../harness/client.ts";
import { eventually } from "../harness/eventually.ts";
import { DRIVER_TRACES, driverError, failingStore } from "../harness/failing-store.ts";
import { holdWrites } from "../harness/held-store.ts";
import { createTestClock } from "../harness/test-clock.ts";
import { type OpenSdk, stored } from "./open-sdk.ts";
import { expectData, expectForbidden, expectRawRefusal } from "./outcome.ts";

const TOO_LONG = "user metadata length exceed the limit";

export function describeSetRefusals(open: OpenSdk): void {
  describe("a refused updateUserInfo", () => {
    test("over 2 KB rejects with the reason, and nothing of it is stored", async () => {
      await using opened = await open();
      const { sdk, service, logInAs } = opened;
      await logInAs("ada");
      await sdk.call("updateUserInfo", { nickname: "Ada" });

      expectForbidden(await sdk.call("updateUserInfo", { nickname: "Eve", sign: "x".repeat(2048) }), TOO_LONG);
      expectForbidden(await sdk.call("updateUserInfo", "ext", "x".repeat(20_000)), TOO_LONG);
      expect(await stored(service, "ada")).toEqual({ nickname: "Ada" });
    });

    test("over what the app may hold rejects in the same way", async () => {
      await using opened = await open({ app: { appBytesMax: 20 } });
      const { sdk, service, logInAs } = opened;
      await logInAs("ada");

      expectForbidden(await sdk.call("updateUserInfo", "nickname", "x".repeat(20)), TOO_LONG);
      expect(await stored(service, "ada")).toEqual({});
    });

    test("to another user or to one that does not exist rejects alike, and changes nothing", async () => {
      await using opened = await open();
      const { sdk, service, admin, logInAs } = opened;
      await logInAs("ada");
      await admin.newUser("bob");

      for (const username of ["bob", "ghost"]) {
        await sdk.replaceUser(username);
        const refusal = { desc: "unauthorized", error_description: "unauthorized" };
        expectRawRefusal(await sdk.call("updateUserInfo", { nickname: "Eve" }), refusal);
      }
      expect(await stored(service, "bob")).toEqual({});
      expect(await stored(service, "ghost")).toBeUndefined();
    });

    test("with a token of another app, an ended or a made-up one rejects as unauthorized", async () => {
      await using opened = await open();
      const { sdk, service, admin, logInAs } = opened;
      await logInAs("ada");
      const ended = await sdk.token();
      await send("PUT", `${service.base}/users/ada/password`, { token: admin.token, json: { newpassword: "new" } });
      const other = await service.addApp("org/other");
      const { token: foreign } = await eventually(() => signIn(other));

      for (const token of [foreign, ended, "YWMtmade-up"]) {
        await sdk.replaceToken(token);
        expectRawRefusal(await sdk.call("updateUserInfo", { nickname: "Eve" }), { desc: "unauthorized" });
      }
      expect(await stored(service, "ada")).toEqual({});
    });

    test("that lost to an overlapping one says so", async () => {
      const held = holdWrites();
      await using opened = await open({ gate: held.gate });
      const { sdk, service, logInAs } = opened;
      await logInAs("ada");

      held.hold();
      const calls = ["first", "second"].map((nickname) => sdk.call("updateUserInfo", { nickname }));
      await held.waiting(2);
      held.release();
      const outcomes = await Promise.all(calls);
      const winner = await stored(service, "ada");
      expectData(
        outcomes.find((outcome) => "resolved" in outcome),
        winner,
      );
      const desc = "update userMetadata failed, concurrent updates not allowed";
      expectRawRefusal(
        outcomes.find((outcome) => "rejected" in outcome),
        { error: "CONFLICT", desc },
      );
    });

    test("over the app's rate rejects as a busy server, and passes a second later", async () => {
      const clock = createTestClock();
      await using opened = await open({ app: { ratePerSecond: 1 }, parts: { clock } });
      const { sdk, logInAs } = opened;
      await logInAs("ada");
      expectData(await sdk.call("updateUserInfo", "nickname", "Ada"), { nickname: "Ada" });

      const rejected = { type: 500, message: "Server is busy.", data: expect.stringContaining("reach_limit") };
      expect(await sdk.call("updateUserInfo", "nickname", "Eve")).toEqual({ rejected });
      clock.advance(1000);
      expectData(await sdk.call("updateUserInfo", "nickname", "Eve"), { nickname: "Eve" });
    });

    test("for a fault of the server's rejects without a word about it", async () => {
      const failing = failingStore();
      await using opened = await open({ wrap: failing.wrap });
      const { sdk, logInAs } = opened;
      await logInAs("ada");

      failing.fail(driverError());
      const outcome = await sdk.call("updateUserInfo", "nickname", "Ada");
      expect(outcome).toMatchObject({ rejected: { type: 17, message: "" } });
      expect(JSON.stringify(outcome)).not.toMatch(DRIVER_TRACES);
      failing.fail(undefined);
      expectData(await sdk.call("updateUserInfo", "nickname", "Ada"), { nickname: "Ada" });
    });
  });
}
