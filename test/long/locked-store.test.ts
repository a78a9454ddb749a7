import { expect, test } from "bun:test";
import { join } from "node:path";
import { ServerProcess, USERS } from "../faults/server-process.ts";
import { startChild } from "../store/sqlite-child-process.ts";
import { temporaryFolder } from "../store/sqlite-fixture.ts";

const LOCKED_MS = 5000;
/** PROTOCOL.md: a set that cannot be written is answered within two seconds. */
const ANSWERED_MS = 2000;

for (const workers of [1, 2]) {
  test(`while another process has locked the file sets are refused in time and reads go on, and what was refused is never stored (${workers} workers)`, async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "usermeta.db");
    const server = await ServerProcess.start(path, { workers, quiet: true });
    try {
      const stored = new Map<string, string>();
      for (const user of USERS) await setStored(server, user, "before", stored);
      await using locker = startChild("lock", path, "");
      await locker.answer;
      const until = performance.now() + LOCKED_MS;
      const reads = readAll(server, until);
      const answered = await Promise.all(USERS.map((user) => setAll(server, user, until)));
      const { slowestMs } = await reads;
      for (const sets of answered) {
        expect(sets.length).toBeGreaterThan(1);
        for (const { status, retryAfter, ms } of sets) {
          expect({ status, retryAfter }).toEqual({ status: 503, retryAfter: 1 });
          // Reads, which never wait for a lock, show how busy the machine is.
          expect(ms).toBeLessThan(ANSWERED_MS + 10 * slowestMs);
        }
      }
      // Not one of them waited for the lock.
      expect(slowestMs).toBeLessThan(LOCKED_MS / 2);
      await locker.kill();
      for (const user of USERS) expect((await server.get(user)).data.value ?? "").toBe(stored.get(user) ?? "");
      // The next writes go behind every command that the writer might still have had.
      for (const user of USERS.slice(1)) await setStored(server, user, "after", stored);
      let sum = 0;
      for (const user of USERS) {
        const { data } = await server.get(user);
        expect(data).toEqual({ value: stored.get(user) ?? "" });
        sum += "value".length + (data.value ?? "").length;
      }
      expect(await server.capacity()).toBe(sum);
    } finally {
      await server.end("SIGKILL");
    }
  }, 60_000);
}

async function setStored(server: ServerProcess, user: string, value: string, stored: Map<string, string>) {
  expect((await server.set(user, { value })).status).toBe(200);
  stored.set(user, value);
}

/** Repeated sets; each has a value and a key of its own. */
async function setAll(server: ServerProcess, user: string, until: number) {
  const answers: { status: number; retryAfter: number; ms: number }[] = [];
  while (performance.now() < until) {
    const from = performance.now();
    const { status, retryAfter } = await server.set(user, { value: `refused ${answers.length}` });
    answers.push({ status, retryAfter, ms: performance.now() - from });
  }
  return answers;
}

async function readAll(server: ServerProcess, until: number): Promise<{ readonly slowestMs: number }> {
  let slowestMs = 0;
  while (performance.now() < until) {
    const from = performance.now();
    const { status, data } = await server.get(USERS[0] ?? "");
    expect({ status, data }).toEqual({ status: 200, data: { value: "before" } });
    slowestMs = Math.max(slowestMs, performance.now() - from);
    await Bun.sleep(5);
  }
  return { slowestMs };
}
