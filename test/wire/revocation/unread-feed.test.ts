import { expect, test } from "bun:test";
import { userName } from "../../../src/core/model.ts";
import { send, signIn } from "../../harness/client.ts";
import { eventually } from "../../harness/eventually.ts";
import { startTestService, type TestService } from "../../harness/service.ts";
import { createTestTimers } from "../../harness/test-timers.ts";
import { unreadFeed } from "../../harness/unread-feed.ts";
import { EVERYWHERE_MS, knock, operatorOf } from "./revocations.ts";

const BROKEN = {
  "cannot be read": () => Promise.reject(new Error("no such table: changes")),
  "fails immediately": () => {
    throw new Error("no such table: changes");
  },
  "never answers": () => new Promise<never>(() => {}),
};

/** As another server does it. */
async function revokeTokensOf(service: TestService, username: string): Promise<void> {
  const name = userName(username);
  if (name === undefined) throw new Error(`${username} is no legal name`);
  await service.store.changeUser(service.app.number, name, { revokeTokens: true }, Date.now());
}

// "Revocation takes effect within one second everywhere. What could not be confirmed within that time is not trusted."
for (const [how, instead] of Object.entries(BROKEN)) {
  test(`while the change feed ${how}, authority known a second ago is not accepted, and /-/ready says no`, async () => {
    const feed = unreadFeed();
    await using service = await startTestService({ wrap: feed.wrap });
    const admin = await signIn(service);
    const token = await admin.newUser("ada");
    const get = () => send("GET", `${service.base}/metadata/user/ada`, { token });
    const set = () => send("PUT", `${service.base}/metadata/user/ada`, { token, form: { a: "1" } });
    const isReady = () => send("GET", `${service.origin}/-/ready`);
    expect((await get()).status).toBe(200);

    feed.instead = instead;
    await revokeTokensOf(service, "ada");
    await eventually(async () => expect((await get()).status).toBe(503), EVERYWHERE_MS);
    for (const answer of await Promise.all([get(), set(), knock(service.base, admin.token), isReady()])) {
      expect(answer.status).toBe(503);
      expect(answer.headers.get("retry-after")).toBe("1");
      expect(answer.text).not.toMatch(/changes|table/);
    }
    expect((await send("GET", `${service.origin}/-/health`)).status).toBe(200);

    feed.instead = undefined;
    await eventually(async () => expect((await isReady()).status).toBe(200));
    expect((await get()).status).toBe(401);
    expect((await set()).status).toBe(401);
    expect((await knock(service.base, admin.token)).status).toBe(200);
    expect((await admin.get("ada")).body.data).toEqual({});
  }, 20_000);
}

test("the server waits for a slow change feed, and follows it", async () => {
  const feed = unreadFeed();
  await using service = await startTestService({ wrap: feed.wrap });
  const admin = await signIn(service);
  const token = await admin.newUser("ada");
  const get = () => send("GET", `${service.base}/metadata/user/ada`, { token });
  expect((await get()).status).toBe(200);
  const { store } = service;
  // The feed is read again from where this server has been, as often as it likes: nothing is lost by that.
  feed.instead = async () => {
    await Bun.sleep(500);
    return await store.changesSince(0);
  };
  for (let time = 0; time < 20; time++) expect((await get()).status).toBe(200);
  await revokeTokensOf(service, "ada");
  await eventually(async () => expect((await get()).status).toBe(401), EVERYWHERE_MS);
}, 20_000);

test("a thread that stood still for a second looks before it answers", async () => {
  const feed = unreadFeed();
  const timers = createTestTimers();
  await using service = await startTestService({ wrap: feed.wrap, parts: { timers } });
  const admin = await signIn(service);
  for (let round = 0; round < 5; round++) {
    const { token } = await signIn(service);
    expect((await knock(service.base, token)).status).toBe(200);
    await operatorOf(service).revokeTokens(service.app, "admin");
    await timers.advance(1000);
    expect((await knock(service.base, token)).status).toBe(401);
  }
  expect((await knock(service.base, admin.token)).status).toBe(401);
});
