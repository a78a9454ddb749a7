import { describe, expect, test } from "bun:test";
import { type OpenSdk, stored } from "./open-sdk.ts";
import { expectData } from "./outcome.ts";

/** Every attribute that the SDKs know; `gender` is a number to them, and text to the server. */
const PROFILE = {
  nickname: "Ada Ü 😀 & co=1, 100%",
  avatarurl: "https://example.com/ada.png?size=1&v=a+b#top",
  mail: "ada@example.com",
  phone: "+44 20 1234",
  gender: 1,
  sign: "line one\nline two",
  birth: "1815-12-10",
  ext: '{"a":"ä"}',
};

export function describeSetting(open: OpenSdk): void {
  describe("updateUserInfo", () => {
    test("with an object stores exactly its text, and resolves with all that the user has", async () => {
      await using opened = await open();
      const { sdk, service, logInAs, sent } = opened;
      await logInAs("ada");

      const profile = { ...PROFILE, gender: "1" };
      expectData(await sdk.call("updateUserInfo", { ...PROFILE, unknownToTheSdk: "x" }), profile);
      expect(await stored(service, "ada")).toEqual(profile);
      const [call] = sent().filter(({ method }) => method === "PUT");
      expect(call?.contentType).toBe("application/x-www-form-urlencoded");
    });

    test("with one attribute leaves the others, and takes the text unescaped as the SDK sends it", async () => {
      await using opened = await open();
      const { sdk, service, logInAs, sent } = opened;
      await logInAs("ada");
      await sdk.call("updateUserInfo", { sign: "stays" });

      for (const nickname of ["Ada Lovelace", " 爱达 😀 ", "100% sure", "%", "50%zz", "é=é"]) {
        const all = { nickname, sign: "stays" };
        expectData(await sdk.call("updateUserInfo", "nickname", nickname), all);
        expect(sent().findLast(({ method }) => method === "PUT")?.body).toBe(`nickname=${nickname}`);
        expect(await stored(service, "ada")).toEqual(all);
      }
    });

    test("with one attribute sends a form, in which & and + and %41 mean what they mean in forms", async () => {
      await using opened = await open();
      const { sdk, service, logInAs } = opened;
      await logInAs("ada");

      const all = { nickname: "A", B: "C D A" };
      expectData(await sdk.call("updateUserInfo", "nickname", "A&B=C+D %41"), all);
      expect(await stored(service, "ada")).toEqual(all);
    });

    test("with an empty text clears the attribute", async () => {
      await using opened = await open();
      const { sdk, service, logInAs } = opened;
      await logInAs("ada");
      await sdk.call("updateUserInfo", { nickname: "Ada", sign: "hello", ext: "x" });

      expectData(await sdk.call("updateOwnUserInfo", { sign: "" }), { nickname: "Ada", ext: "x" });
      expectData(await sdk.call("updateOwnUserInfo", "ext", ""), { nickname: "Ada" });
      expect(await stored(service, "ada")).toEqual({ nickname: "Ada" });
    });

    test.each(["capacity", "get", "constructor"])("serves a user called %s like any other", async (username) => {
      await using opened = await open();
      const { sdk, service, logInAs } = opened;
      await logInAs(username);
      expectData(await sdk.call("updateUserInfo", "nickname", "Ada"), { nickname: "Ada" });
      expect(await stored(service, username)).toEqual({ nickname: "Ada" });
      const found = { [username]: { nickname: "Ada" } };
      expectData(await sdk.call("fetchUserInfoById", username), found, { [username]: expect.any(Number) });
    });
  });
}
