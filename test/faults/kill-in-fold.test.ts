import { describe, expect, test } from "bun:test";
import { statSync } from "node:fs";
import { join } from "node:path";
import { Connection } from "../../src/store/sqlite/connection/connection.ts";
import { AttachedStrace } from "../harness/attached-strace.ts";
import { isLeftOut } from "../harness/missing-part.ts";
import { temporaryFolder } from "../store/sqlite-fixture.ts";
import { ServerProcess, USERS } from "./server-process.ts";

/** Which write to the file itself is the server's last: only a checkpoint writes there. */
const LAST_WRITES = [1, 2, 9, 30];
/** Or which flush of it, after which the log is restarted. */
const LAST_FLUSHES = [1];
/** So that each checkpoint covers many different pages. */
const FILLING_MAX = 1900;

const isMissing = isLeftOut(Bun.which("strace") !== null, "strace is not installed: kills while the log is folded");

describe.skipIf(isMissing)("a kill -9 during a checkpoint of the log", () => {
  test("loses no acknowledged set, and leaves sums and indexes correct", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "usermeta.db");
    const acknowledged = new Map<string, number>();
    const asked = new Map<string, number>();
    // Creates the users; closing checkpoints them.
    const first = await ServerProcess.start(path);
    await first.end("SIGTERM");
    const kills = [
      ...LAST_WRITES.map((when) => ["pwrite64", when] as const),
      ...LAST_FLUSHES.map((when) => ["fsync", when] as const),
    ];
    for (const [call, when] of kills) {
      const server = await ServerProcess.start(path);
      await using _killer = await attachKiller(server.pid, path, call, when);
      const isEnded = await setUntilKilled(server, asked, acknowledged);
      expect([call, when, isEnded]).toEqual([call, when, true]);
      // All pages of the checkpoint are still in the log.
      expect(statSync(`${path}-wal`).size).toBeGreaterThan(0);
      check(path, asked, acknowledged);
    }
    expect(acknowledged.size).toBe(USERS.length);
  }, 120_000);
});

/** From now on the server ends itself before the call runs. */
function attachKiller(pid: number, path: string, call: string, when: number): Promise<AttachedStrace> {
  const inject = `inject=${call}:signal=SIGKILL:when=${when}`;
  return AttachedStrace.to(pid, ["-P", path, "-e", `trace=${call}`, "-e", inject]);
}

/** False: it has taken more sets than any checkpoint can wait for. */
async function setUntilKilled(server: ServerProcess, asked: Map<string, number>, acknowledged: Map<string, number>) {
  const SETS_MAX = 20_000;
  let sets = 0;
  let isEnded = false;
  await Promise.all(
    USERS.map(async (user) => {
      while (!isEnded && sets++ < SETS_MAX) {
        const number = (asked.get(user) ?? 0) + 1;
        asked.set(user, number);
        try {
          const { status } = await server.set(user, { number: `${number}`, filling: filling(number) });
          expect(status).toBe(200);
          acknowledged.set(user, number);
        } catch {
          isEnded = true;
        }
      }
    }),
  );
  if (!isEnded) await server.end("SIGKILL");
  return isEnded;
}

/** Opens the file as the next server would, and reads everything in it. */
function check(path: string, asked: ReadonlyMap<string, number>, acknowledged: ReadonlyMap<string, number>): void {
  const connection = new Connection(path);
  expect(connection.all("PRAGMA integrity_check")).toEqual([{ integrity_check: "ok" }]);
  for (const user of USERS) {
    const row = connection.get<{ attributes: string }>("SELECT attributes FROM users WHERE name = ?1", user);
    const stored: { number?: string; filling?: string } = JSON.parse(row?.attributes ?? "{}");
    const number = Number(stored.number ?? 0);
    expect(number).toBeGreaterThanOrEqual(acknowledged.get(user) ?? 0);
    expect(number).toBeLessThanOrEqual(asked.get(user) ?? 0);
    if (number > 0) expect(stored.filling).toBe(filling(number));
  }
  const [sums] = connection.all<{ used: number; bytes: number }>(
    "SELECT (SELECT sum(used) FROM app_usage) AS used, (SELECT sum(bytes) FROM users) AS bytes",
  );
  expect(sums?.used).toBe(sums?.bytes);
  connection.close();
}

function filling(number: number): string {
  return "x".repeat((number * 37) % FILLING_MAX);
}
