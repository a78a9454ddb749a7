import { expect, test } from "bun:test";
import { createServer } from "node:net";
import { outlineOf } from "../../src/core/faults/error-outline.ts";
import { send, signIn } from "../harness/client.ts";
import { eventually } from "../harness/eventually.ts";
import { startTestService } from "../harness/service.ts";
import { endOneWorker, ORDER_KINDS } from "../harness/worker-orders.ts";
import { expectExactCapacity } from "../races/stored.ts";

const USERS = Array.from({ length: 12 }, (_, index) => `user${index}`);

for (const kind of ORDER_KINDS) {
  test(`a worker that ends by ${kind} affects no other and loses nothing, and another replaces it`, async () => {
    await using service = await startTestService({ engine: "sqlite", workers: 2 });
    const admin = await signIn(service);
    for (const user of USERS) await admin.newUser(user);
    const acknowledged = new Map<string, number>();
    const conflicted: string[] = [];
    let ended = false;
    let after = 0;

    const writers = USERS.map(async (user) => {
      for (let number = 1; after < 100; number++) {
        const headers = { Authorization: `Bearer ${admin.token}` };
        const body = new URLSearchParams({ number: String(number) });
        // Only the requests of the worker that ended may go without an answer.
        const url = `${service.base}/metadata/user/${user}`;
        const response = await fetch(url, { method: "PUT", headers, body }).catch(() => undefined);
        if (response === undefined) continue;
        // A set of the ended worker may still be in flight to the disk when the same user sets again.
        if (response.status === 409) {
          conflicted.push(user);
          continue;
        }
        expect(response.status).toBe(200);
        acknowledged.set(user, number);
        if (ended) after += 1;
      }
    });
    await endOneWorker(kind);
    ended = true;
    await Promise.all(writers);
    expect(conflicted.length).toBe(new Set(conflicted).size);

    for (const user of USERS) {
      const stored = Number((await admin.get(user)).body.data.number);
      expect(stored).toBeGreaterThanOrEqual(acknowledged.get(user) ?? 0);
    }
    await expectExactCapacity(service, admin);
    await eventually(async () => expect(service.faults).toHaveLength(1));
    const told = JSON.stringify(outlineOf(service.faults[0]));
    expect(told).toMatch(/"message":"worker \d ended"/);
    // The place of the error, and not its text.
    if (kind !== "exit") expect(told).toMatch(/"cause":{"type":"(?:Range)?Error","stack":".*worker-orders\.ts/);
    expect(told).not.toContain("a test wants");
  }, 30_000);
}

test("a replacement worker knows the reloaded operator key, and not the previous one", async () => {
  const operatorKey = "the-old-operator-key";
  await using service = await startTestService({ engine: "sqlite", workers: 2, settings: { operatorKey } });
  const url = `${service.base}/metadata/user/capacity`;
  const statuses = async (token: string) => {
    const ask = () => send("GET", url, { token, headers: { connection: "close" } });
    return new Set((await Promise.all(Array.from({ length: 20 }, ask))).map(({ status }) => status));
  };
  expect(await statuses(operatorKey)).toEqual(new Set([200]));
  service.reread("the-new-operator-key");
  for (const ends of [1, 2]) {
    await endOneWorker("exit");
    await eventually(async () => expect(service.faults).toHaveLength(ends));
    await eventually(async () => expect(await statuses("the-new-operator-key")).toEqual(new Set([200])));
    expect(await statuses(operatorKey)).toEqual(new Set([401]));
  }
}, 30_000);

test("workers that keep ending fail the server", async () => {
  await using service = await startTestService({ engine: "sqlite", workers: 2 });
  for (let death = 0; death < 5; death++) {
    await endOneWorker("exit");
    await eventually(async () => expect(service.faults).toHaveLength(death + 1));
  }
  expect((await service.failed).message).toMatch(/^worker \d ended$/);
}, 30_000);

test("a port in use by another program is refused, although workers share theirs", async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  const address = other.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const starting = startTestService({ engine: "sqlite", workers: 2, settings: { port } });
  expect(
    await starting.then(
      () => undefined,
      (error) => error.code,
    ),
  ).toBe("EADDRINUSE");
  other.close();
});
