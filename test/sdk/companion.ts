import { describe, expect, test } from "bun:test";
import type { Route } from "../../src/http/call.ts";
import { companionRoutes } from "../../src/http/companion/companion-routes.ts";
import { METHODS } from "./companion-methods.ts";
import type { OpenSdk } from "./open-sdk.ts";
import { expectRawRefusal } from "./outcome.ts";

export function describeCompanion(open: OpenSdk): void {
  describe("companion calls", () => {
    test("all resolve, with nothing in them", async () => {
      await using opened = await open();
      const { sdk, sent, logInAs } = opened;
      await logInAs("ada");
      for (const { method, args = [], sends, resolved } of METHODS) {
        const before = sent().length;
        expect([method, await sdk.call(method, ...args)]).toEqual([method, { resolved }]);
        const calls = sent()
          .slice(before)
          .filter((call) => call.method !== "OPTIONS");
        expect([method, ...calls.map(({ method: by, url }) => `${by} ${url.pathname}`)]).toEqual([
          method,
          sends.replace(" ", " /org/app"),
        ]);
      }
    });

    test("are refused where the app has switched them off, and profiles are not", async () => {
      await using opened = await open({ app: { companionCalls: false } });
      const { sdk, logInAs } = opened;
      await logInAs("ada");
      for (const { method, args = [] } of METHODS) {
        expectRawRefusal(await sdk.call(method, ...args), { error: "service_resource_not_found" });
      }
      expect(await sdk.call("fetchUserInfoById", "ada")).toMatchObject({ resolved: { data: {} } });
    });

    test("a presence that would have to be kept is not said to be published", async () => {
      await using opened = await open();
      const { sdk, logInAs } = opened;
      await logInAs("ada");
      const outcome = await sdk.call("publishPresence", { description: "Busy" });
      expectRawRefusal(outcome, { error: "service_resource_not_found" });
    });

    test("that the server answers are each made by a method, but for one of the newer SDK", () => {
      const isSent = ({ method, path }: Pick<Route, "method" | "path">): boolean => {
        const pattern = new RegExp(`^${method} ${path.replace(/\{\w+\}/g, "[^/]+")}$`);
        return METHODS.some(({ sends }) => pattern.test(sends));
      };
      const unsent = companionRoutes().filter((route) => !isSent(route));
      expect(unsent.map(({ path }) => path)).toEqual(["/user/{username}/roster/metadata/version"]);
    });
  });
}
