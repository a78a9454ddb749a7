import { describe, expect, test } from "bun:test";
import { send } from "../harness/client.ts";
import type { OpenSdk } from "./open-sdk.ts";
import { expectRawRefusal } from "./outcome.ts";

const ADA = { username: "ada", password: "secret" };

export function describeRegistration(open: OpenSdk): void {
  describe("registerUser", () => {
    test("creates a user without any token where registration is open, and resolves with the user", async () => {
      await using opened = await open({ app: { registration: "open" } });
      const { sdk, service, admin, build } = opened;

      const outcome = await sdk.call("registerUser", { ...ADA, nickname: "Ada" });
      const { body } = await send("GET", `${service.base}/users/ada`, { token: admin.token });
      const [entity] = body.entities;
      expect(entity).toMatchObject({ type: "user", username: "ada", activated: true, nickname: "Ada" });
      const answer = {
        action: "post",
        application: service.app.id,
        path: "/users",
        uri: `${service.base}/users`,
        entities: [entity],
        timestamp: expect.any(Number),
        duration: expect.any(Number),
        organization: "org",
        applicationName: "app",
      };
      expect(outcome).toEqual({
        resolved: { type: 0, ...(build.registered === "answer" ? answer : { data: entity }) },
      });
    });

    test("tells a taken and an illegal name by the words that the SDK looks for", async () => {
      await using opened = await open({ app: { registration: "open" } });
      const { sdk, service, admin } = opened;
      await admin.register("ada");

      const unique = "Entity user requires that property named username be unique, value of ada exists";
      expect(await sdk.call("registerUser", ADA)).toEqual({
        rejected: { type: 17, message: `Application ${service.app.id} ${unique}`, data: expect.any(String) },
      });
      expect(await sdk.call("registerUser", { ...ADA, username: "a da" })).toEqual({
        rejected: { type: 17, message: "username [a da] is not legal", data: expect.any(String) },
      });
    });

    test("is refused with the words that the SDK looks for where registration is not open", async () => {
      await using opened = await open({ app: { registration: "authorised" } });
      const { sdk, service, admin } = opened;

      expectRawRefusal(await sdk.call("registerUser", ADA), {
        error_description: "Open registration doesn't allow, so register user need token",
      });
      expect((await send("GET", `${service.base}/users/ada`, { token: admin.token })).status).toBe(404);
    });
  });
}
