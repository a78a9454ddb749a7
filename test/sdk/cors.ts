import { describe, expect, test } from "bun:test";
import { eventually } from "../harness/eventually.ts";
import type { OpenSdk } from "./open-sdk.ts";
import { expectData } from "./outcome.ts";

export function describeCors(open: OpenSdk): void {
  describe("the browser", () => {
    test("asks before the SDK's calls, since they go to another origin, and may send each of them", async () => {
      await using opened = await open({ app: { registration: "open" } });
      const { sdk, sent } = opened;
      await sdk.call("registerUser", { username: "ada", password: "secret" });
      await sdk.logIn("ada", "secret");
      expectData(await sdk.call("updateUserInfo", { nickname: "Ada" }), { nickname: "Ada" });
      const found = { ada: { nickname: "Ada" } };
      expectData(await sdk.call("fetchUserInfoById", "ada"), found, { ada: expect.any(Number) });
      await sdk.call("getTokenExpireTimestamp", await sdk.token());

      const calls = ["/users", "/token", "/metadata/user/ada", "/metadata/user/get", "/sdk/users/ada/token/expires"];
      await eventually(async () => {
        const preflights = sent().filter(({ method }) => method === "OPTIONS");
        expect(preflights.map(({ url }) => url.pathname)).toEqual(calls.map((path) => `/org/app${path}`));
      });
    });
  });
}
