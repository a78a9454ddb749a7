import { expect, test } from "bun:test";
import { DEFAULT_LIMITS } from "../../../src/core/limits.ts";
import { type Answer, send } from "../../harness/client.ts";
import { burst } from "./burst.ts";
import { startRatedService } from "./rated-service.ts";

test("preflights and /-/ are free, and take nothing", async () => {
  const limits = { ...DEFAULT_LIMITS, ratePerSecond: 2 };
  await using rated = await startRatedService(2, { settings: { defaults: { limits, registration: "authorised" } } });
  const { service, ada } = rated;
  const get = () => send("GET", `${service.base}/metadata/user/ada`, { token: ada });
  const free: readonly (readonly [status: number, call: () => Promise<Answer>])[] = [
    [200, () => send("OPTIONS", `${service.base}/metadata/user/ada`)],
    [200, () => send("OPTIONS", `${service.base}/token`)],
    [200, () => send("OPTIONS", `${service.origin}/anything/at/all`)],
    [200, () => send("GET", `${service.origin}/-/health`)],
    [200, () => send("GET", `${service.origin}/-/ready`)],
  ];
  const all = async () => {
    for (const [status, call] of free) {
      for (let n = 0; n < 10; n++) expect((await call()).status).toBe(status);
    }
  };
  await all();
  expect((await burst(10, get)).passed).toBe(2);
  await burst(10, () => send("GET", `${service.base}/metadata/user/ada`, { token: "YWMtgarbage" }));
  await all();
});
