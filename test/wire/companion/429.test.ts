import { expect, test } from "bun:test";
import { send } from "../../harness/client.ts";
import { expectAccountError, NOT_PERMITTED } from "../../harness/expect-account.ts";
import { startRatedService } from "../rates/rated-service.ts";
import { COMPANION_CALLS } from "./companion-calls.ts";

test("all companion calls share one bucket of the app, which takes nothing from profiles", async () => {
  await using rated = await startRatedService(COMPANION_CALLS.length);
  const { service, ada, clock } = rated;
  const call = ({ method, path }: (typeof COMPANION_CALLS)[number]) =>
    send(method, `${service.base}${path}`, { token: ada });
  for (const [index, each] of COMPANION_CALLS.entries()) {
    const { status, headers } = await call(each);
    expect(status).toBe(200);
    expect(headers.get("ratelimit-policy")).toBe(`"companion";q=${COMPANION_CALLS.length};w=1`);
    expect(headers.get("ratelimit")).toStartWith(`"companion";r=${COMPANION_CALLS.length - index - 1};`);
  }
  for (const each of COMPANION_CALLS) {
    const answer = await call(each);
    expectAccountError(answer, { status: 429, error: "reach_limit", text: "This request has reached api limit" });
    expect(answer.headers.get("retry-after")).toBe("1");
  }
  const batch = await send("POST", `${service.base}/metadata/user/get`, { token: ada, json: { targets: ["ada"] } });
  expect(batch.status).toBe(200);
  clock.advance(1000);
  for (const each of COMPANION_CALLS) expect((await call(each)).status).toBe(200);
});

test("a call that is refused for its caller has counted", async () => {
  await using rated = await startRatedService(1);
  const { service, admin } = rated;
  const call = () => send("GET", `${service.base}/users/ada/contacts`, { token: admin.token });
  expectAccountError(await call(), NOT_PERMITTED);
  expect((await call()).status).toBe(429);
});
