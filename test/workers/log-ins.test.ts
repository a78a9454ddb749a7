import { expect, test } from "bun:test";
import { argon2id } from "../../src/system/passwords.ts";
import { signIn } from "../harness/client.ts";
import { eventually } from "../harness/eventually.ts";
import { heldPasswords } from "../harness/held-passwords.ts";
import { startTestService } from "../harness/service.ts";
import { endOneWorker } from "../harness/worker-orders.ts";

const workers = { engine: "sqlite", workers: 2 } as const;

/** On a separate connection, so that the kernel assigns it to any of the workers. */
async function logIn(base: string, username: string, password: string): Promise<number> {
  const response = await fetch(`${base}/token`, {
    method: "POST",
    headers: { Connection: "close", "Content-Type": "application/json" },
    keepalive: false,
    body: JSON.stringify({ grant_type: "password", username, password }),
  });
  await response.text();
  return response.status;
}

test("two passwords are hashed at a time in the whole process", async () => {
  const counting = heldPasswords(argon2id);
  await using service = await startTestService({ ...workers, parts: { passwords: counting.passwords } });
  const admin = await signIn(service);
  await admin.register("ada");
  const names = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? "ada" : `user${index}`));
  const statuses = await Promise.all(names.map((username) => logIn(service.base, username, "secret")));
  expect(statuses).toEqual(names.map((username) => (username === "ada" ? 200 : 404)));
  expect(counting.concurrentMax).toBe(2);
  expect(service.faults).toEqual([]);
}, 20_000);

test("failures are counted together, whichever workers serve them", async () => {
  await using service = await startTestService(workers);
  const admin = await signIn(service);
  await admin.register("ada");
  const statuses = await Promise.all(Array.from({ length: 20 }, () => logIn(service.base, "ada", "wrong")));
  expect(statuses.sort()).toEqual([...Array(5).fill(400), ...Array(15).fill(429)]);
  expect(service.faults).toEqual([]);
});

test("work that a worker had in flight when it ended is released", async () => {
  const held = heldPasswords();
  await using service = await startTestService({ ...workers, parts: { passwords: held.passwords } });
  const admin = await signIn(service);
  await admin.register("ada");
  held.hold();
  // All of them may have been in the worker that ends.
  const lost = Array.from({ length: 4 }, () => logIn(service.base, "ada", "secret").catch(() => undefined));
  await eventually(async () => expect(held.concurrent).toBe(2));
  await endOneWorker("exit");
  await eventually(async () => expect(service.faults).toHaveLength(1));
  held.release();
  await Promise.all(lost);
  // The limit of attempts in flight for one account and address.
  const again = Array.from({ length: 5 }, () => eventually(() => logIn(service.base, "ada", "secret")));
  expect(await Promise.all(again)).toEqual(Array(5).fill(200));
  expect(held.concurrent).toBe(0);
}, 20_000);
