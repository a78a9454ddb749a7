import { expect, test } from "bun:test";
import { signIn } from "../harness/client.ts";
import { startTestService, type TestService } from "../harness/service.ts";

const USERS = ["ada", "bob", "cyd"];
const SETS = 150;
const READERS = 8;

/** The known minimum of a user's `number` at a moment. */
type Floor = Map<string, number>;

/** On a separate connection, which the kernel assigns to any of the workers. */
async function call(service: TestService, token: string, user: string, body?: URLSearchParams): Promise<number> {
  const headers = { Authorization: `Bearer ${token}`, Connection: "close" };
  const init = body === undefined ? { headers } : { method: "PUT", headers, body };
  const response = await fetch(`${service.base}/metadata/user/${user}`, { ...init, keepalive: false });
  expect(response.status).toBe(200);
  const { data } = (await response.json()) as { data: { number?: string } }; // as: the documented shape
  return Number(data.number ?? 0);
}

/** The same of all users, by a batch. */
async function callBatch(service: TestService, token: string): Promise<ReadonlyMap<string, number>> {
  const headers = { Authorization: `Bearer ${token}`, Connection: "close" };
  const body = JSON.stringify({ targets: USERS });
  const response = await fetch(`${service.base}/metadata/user/get`, {
    method: "POST",
    headers,
    body,
    keepalive: false,
  });
  expect(response.status).toBe(200);
  const { data } = (await response.json()) as { data: Record<string, { number: string }> }; // as: the documented shape
  return new Map(USERS.map((user) => [user, Number(data[user]?.number ?? 0)]));
}

function raise(floor: Floor, user: string, number: number): void {
  floor.set(user, Math.max(floor.get(user) ?? 0, number));
}

/**
 * Promise 6: a read that begins after a write was acknowledged sees it, whichever workers handle them. Once a read has
 * returned a value, no later one returns an older value.
 */
test("no worker ever returns a value older than one that any worker has returned", async () => {
  await using service = await startTestService({ engine: "sqlite", workers: 2 });
  const admin = await signIn(service);
  for (const user of USERS) await admin.newUser(user);
  const floor: Floor = new Map();
  let writing = USERS.length;
  let reads = 0;

  async function write(user: string): Promise<void> {
    for (let number = 1; number <= SETS; number++) {
      const body = new URLSearchParams({ number: String(number), filling: "x".repeat((number * 37) % 1500) });
      expect(await call(service, admin.token, user, body)).toBe(number);
      raise(floor, user, number);
    }
    writing -= 1;
  }

  async function read(reader: number): Promise<void> {
    for (let turn = reader; writing > 0; turn++) {
      if (turn % 2 === 0) {
        const atLeast = new Map(floor);
        for (const [user, seen] of await callBatch(service, admin.token)) {
          expect(seen).toBeGreaterThanOrEqual(atLeast.get(user) ?? 0);
          raise(floor, user, seen);
          reads += 1;
        }
        continue;
      }
      const user = USERS[turn % USERS.length] ?? "";
      const atLeast = floor.get(user) ?? 0;
      const seen = await call(service, admin.token, user);
      expect(seen).toBeGreaterThanOrEqual(atLeast);
      raise(floor, user, seen);
      reads += 1;
    }
  }

  await Promise.all([...USERS.map(write), ...Array.from({ length: READERS }, (_, reader) => read(reader))]);
  expect(reads).toBeGreaterThan(SETS);
  expect(service.faults).toEqual([]);
}, 60_000);
