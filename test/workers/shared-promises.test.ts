import { expect, test } from "bun:test";
import { send, signIn } from "../harness/client.ts";
import { startTestService } from "../harness/service.ts";

/** Enough for the kernel to assign some to each of two workers: all to one happens once in a million runs. */
const CONNECTIONS = 20;

/** That many calls of `GET …/metadata/user/ada`, each on a separate connection. */
function readOften(base: string, token: string): Promise<number[]> {
  const headers = { Authorization: `Bearer ${token}`, Connection: "close" };
  return Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      const response = await fetch(`${base}/metadata/user/ada`, { headers, keepalive: false });
      await response.text();
      return response.status;
    }),
  );
}

test("an app's rate is one rate, whichever workers serve its calls", async () => {
  const ratePerSecond = 5;
  await using service = await startTestService({ engine: "sqlite", workers: 2, app: { ratePerSecond } });
  const admin = await signIn(service);
  const started = performance.now();
  const statuses = await readOften(service.base, admin.token);
  const seconds = (performance.now() - started) / 1000;
  const passed = statuses.filter((status) => status !== 429).length;
  // A bucket holds one second's worth, and refills during the calls.
  expect(passed).toBeGreaterThanOrEqual(ratePerSecond);
  expect(passed).toBeLessThanOrEqual(ratePerSecond + Math.ceil(seconds * ratePerSecond));
});

test("a revocation holds in every worker as soon as it is answered", async () => {
  await using service = await startTestService({ engine: "sqlite", workers: 2 });
  const admin = await signIn(service);
  const ada = await admin.newUser("ada");
  // Every worker has cached the token, and so would accept it without verifying.
  expect(await readOften(service.base, ada)).toEqual(Array(CONNECTIONS).fill(200));
  const changed = await send("PUT", `${service.base}/users/ada/password`, {
    token: admin.token,
    json: { newpassword: "another" },
  });
  expect(changed.status).toBe(200);
  expect(await readOften(service.base, ada)).toEqual(Array(CONNECTIONS).fill(401));
});

test("a deleted user is gone in every worker as soon as it is answered, and one created again starts empty", async () => {
  await using service = await startTestService({ engine: "sqlite", workers: 2 });
  const admin = await signIn(service);
  for (let round = 0; round < 5; round++) {
    await admin.newUser("ada");
    expect(await readOften(service.base, admin.token)).toEqual(Array(CONNECTIONS).fill(200));
    await send("DELETE", `${service.base}/users/ada`, { token: admin.token });
    expect(await readOften(service.base, admin.token)).toEqual(Array(CONNECTIONS).fill(404));
  }
});
