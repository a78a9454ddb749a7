import { expect, test } from "bun:test";
import { send, signIn } from "../harness/client.ts";
import { startSecondServer } from "../harness/second-server.ts";
import { startTestService } from "../harness/service.ts";
import { expectExactCapacity } from "./stored.ts";

const APP_BYTES_MAX = 100_000;
const WRITERS = 64;
const ROUNDS = 12;

// Promise 4: "No interleaving over any number of processes carries a user or an app past its limit."
test("64 writers on two servers never make an app exceed 100 kB, and fill it to the last byte", async () => {
  await using service = await startTestService({ app: { appBytesMax: APP_BYTES_MAX } });
  await using second = await startSecondServer(service);
  const admin = await signIn(service);
  const names = Array.from({ length: WRITERS }, (_, n) => `u${n}`);
  await Promise.all(names.map((name) => admin.newUser(name)));
  const set = (base: string, name: string, bytes: number) =>
    send("PUT", `${base}/metadata/user/${name}`, { token: admin.token, form: { k: "x".repeat(bytes - 1) } });

  let refused = 0;
  let late = 0;
  let isWriting = true;
  async function writer(name: string, index: number): Promise<void> {
    const base = index % 2 === 0 ? service.base : second.base;
    for (let round = 0; round < ROUNDS; round++) {
      // The even rounds ask for more than the limit, the odd ones free some of it; half of each is too much.
      const bytes = round % 2 === 0 ? 2048 - index : 1500 + index;
      const { status, body } = await set(base, name, bytes);
      if (status === 403) refused += 1;
      // A busy machine may not reach one of 64 in time, and then stores nothing of it.
      else if (status === 503) late += 1;
      else
        expect([name, status, body]).toEqual([
          name,
          200,
          expect.objectContaining({ data: { k: "x".repeat(bytes - 1) } }),
        ]);
    }
  }
  async function watcher(): Promise<void> {
    while (isWriting) expect(await admin.capacity()).toBeLessThanOrEqual(APP_BYTES_MAX);
  }

  const watching = watcher();
  await Promise.all(names.map(writer)).finally(() => {
    isWriting = false;
  });
  await watching;
  expect(refused).toBeGreaterThan(0);
  expect(late).toBeLessThan((WRITERS * ROUNDS) / 10);
  expect(await expectExactCapacity(service, admin)).toBeLessThanOrEqual(APP_BYTES_MAX);

  for (const name of names) await set(service.base, name, 1562);
  const room = APP_BYTES_MAX - (await admin.capacity());
  expect(room).toBe(APP_BYTES_MAX - WRITERS * 1562);
  const rivals = await Promise.all(
    names.map((name, n) => set(n % 2 === 0 ? service.base : second.base, name, 1562 + room)),
  );
  expect(rivals.map(({ status }) => status).toSorted()).toEqual([200, ...Array(WRITERS - 1).fill(403)]);
  expect(await expectExactCapacity(service, admin)).toBe(APP_BYTES_MAX);
  if (late === 0) expect(service.faults).toEqual([]);
}, 60_000);
