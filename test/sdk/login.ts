import { describe, expect, test } from "bun:test";
import { send } from "../harness/client.ts";
import type { OpenSdk } from "./open-sdk.ts";
import { expectData } from "./outcome.ts";

export function describeLogin(open: OpenSdk): void {
  describe("open", () => {
    test("gets a token for the password, and the calls after it are the user's", async () => {
      await using opened = await open({ app: { tokenTtlSeconds: 3600 } });
      const { sdk, service, admin } = opened;
      await admin.register("ada");

      const outcome = await sdk.logIn("ada", "secret");
      const token = await sdk.token();
      expect(outcome).toEqual({ resolved: { accessToken: token, duration: 3600 } });
      expect(token).toStartWith("YWMt");
      expect((await send("GET", `${service.base}/metadata/user/ada`, { token })).status).toBe(200);
      expectData(await sdk.call("updateUserInfo", { nickname: "Ada" }), { nickname: "Ada" });
    });

    test("takes a token that the app's backend got, without asking the server about it", async () => {
      await using opened = await open();
      const { sdk, admin, sent } = opened;
      const accessToken = await admin.newUser("ada");

      expect(await sdk.logInWithToken("ada", accessToken)).toEqual({ resolved: { accessToken } });
      expect(sent()).toEqual([]);
      expectData(await sdk.call("updateUserInfo", { nickname: "Ada" }), { nickname: "Ada" });
    });

    test("gives the reason of a refused login word for word", async () => {
      await using opened = await open();
      const { sdk, service, admin } = opened;
      await admin.register("ada");
      await admin.register("eve");
      await send("POST", `${service.base}/users/eve/deactivate`, { token: admin.token });

      const attempts = [
        { username: "ada", password: "wrong", message: "invalid password", type: 17 },
        { username: "ghost", password: "secret", message: "user not found", type: 204 },
        { username: "eve", password: "secret", message: "user not activated", type: 17 },
      ];
      for (const { username, password, message, type } of attempts) {
        const data = { type, message, data: expect.any(String) };
        expect(await sdk.logIn(username, password)).toEqual({ rejected: { type: 1, message, data } });
      }
    });

    test("may be followed by another token, whose time of expiry the SDK asks for", async () => {
      await using opened = await open();
      const { sdk, service, admin, logInAs } = opened;
      await logInAs("ada");
      const from = Date.now();
      const json = { grant_type: "inherit", username: "ada", ttl: 3600 };
      const token = (await send("POST", `${service.base}/token`, { token: admin.token, json })).body.access_token;

      const outcome = await sdk.call("renewToken", token);
      // as: toEqual below says whether it is
      const { expire } = (outcome as { resolved: { expire: number } }).resolved;
      expect(outcome).toEqual({ resolved: { status: true, token, expire } });
      expect(expire).toBeWithin(from + 3_599_000, Date.now() + 3_600_001);
      expect(await sdk.token()).toBe(token);
      expectData(await sdk.call("updateUserInfo", { nickname: "Ada" }), { nickname: "Ada" });
    });
  });
}
