import { expect, test } from "bun:test";
import { send, signIn } from "../../harness/client.ts";
import { expectAccountError } from "../../harness/expect-account.ts";
import { BEHIND_PROXY, from } from "../../harness/from-address.ts";
import { heldPasswords } from "../../harness/held-passwords.ts";
import { startTestService } from "../../harness/service.ts";
import { createTestTimers } from "../../harness/test-timers.ts";

const CONCURRENT = 2;
const WAITING_MAX = 40;

test("when too many passwords wait a login is sent away for a second, and nothing else waits", async () => {
  const held = heldPasswords();
  await using service = await startTestService({
    settings: BEHIND_PROXY,
    // Time stands still: no caller is sent away for having waited too long.
    parts: { passwords: held.passwords, timers: createTestTimers() },
  });
  const admin = await signIn(service);
  const users = Array.from({ length: CONCURRENT + WAITING_MAX + 1 }, (_, index) => `user${index}`);
  for (const username of users) await admin.register(username);
  const logIn = (username: string, index: number) =>
    send("POST", `${service.base}/token`, {
      // Each from another address, so that none has more waiting than another.
      headers: from(`10.0.0.${index}`),
      json: { grant_type: "password", username, password: "secret" },
    });

  held.hold();
  const logIns = users.map(logIn);
  const refused = await Promise.race(logIns);
  expectAccountError(refused, { status: 503, error: "service_unavailable", text: "Service Unavailable" });
  expect(refused.headers.get("retry-after")).toBe("1");
  expect((await admin.get("user0")).status).toBe(200);
  expect(held.concurrent).toBe(CONCURRENT);

  held.release();
  const statuses = (await Promise.all(logIns)).map(({ status }) => status);
  expect(statuses.filter((status) => status === 200)).toHaveLength(CONCURRENT + WAITING_MAX);
  expect((await logIn("user0", 0)).status).toBe(200);
  expect(held.concurrentMax).toBe(CONCURRENT);
  expect(service.faults).toEqual([]);
}, 20_000);
