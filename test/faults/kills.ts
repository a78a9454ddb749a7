/** A server that is killed again and again under load, and what must be there after each kill. */
import { expect } from "bun:test";
import { join } from "node:path";
import { Connection } from "../../src/store/sqlite/connection/connection.ts";
import { temporaryFolder } from "../store/sqlite-fixture.ts";
import { ServerProcess, USERS } from "./server-process.ts";

export interface Kills {
  readonly workers: number;
  readonly kills: number;
  /** The server is killed after this number of acknowledged sets. */
  setsBefore(kill: number): number;
}

/** user → the number that the last set of this kind carried. */
type Numbers = Map<string, number>;

/** How many sets were acknowledged, none of which may be lost. */
export async function throughKills({ workers, kills, setsBefore }: Kills): Promise<number> {
  using folder = temporaryFolder();
  const path = join(folder.path, "usermeta.db");
  const asked: Numbers = new Map();
  const acknowledged: Numbers = new Map();
  for (let kill = 0; kill < kills; kill++) {
    const server = await ServerProcess.start(path, { workers });
    await killUnderLoad(server, setsBefore(kill), asked, acknowledged);
    await checkAll(path, workers, asked, acknowledged);
  }
  const connection = new Connection(path);
  expect(connection.all("PRAGMA integrity_check")).toEqual([{ integrity_check: "ok" }]);
  connection.close();
  return [...acknowledged.values()].reduce((sum, number) => sum + number, 0);
}

/** Every user sets continually. After a number of 200s the server is killed, with the other users' sets in flight. */
async function killUnderLoad(server: ServerProcess, sets: number, asked: Numbers, acknowledged: Numbers) {
  let seen = 0;
  let killed: Promise<number> | undefined;
  await Promise.all(
    USERS.map(async (user) => {
      while (killed === undefined) {
        const number = (asked.get(user) ?? 0) + 1;
        asked.set(user, number);
        try {
          const { status } = await server.set(user, { number: `${number}`, filling: "x".repeat((number * 37) % 1500) });
          expect(status).toBe(200);
        } catch (error) {
          // Only the kill may prevent an answer.
          if (killed === undefined) throw error;
          return;
        }
        acknowledged.set(user, number);
        seen += 1;
        if (seen >= sets) killed ??= server.end("SIGKILL");
      }
    }),
  );
  await killed;
}

async function checkAll(path: string, workers: number, asked: Numbers, acknowledged: Numbers): Promise<void> {
  const server = await ServerProcess.start(path, { workers });
  try {
    let sum = 0;
    for (const user of USERS) {
      const { data } = await server.get(user);
      const number = Number(data.number ?? 0);
      expect(number).toBeGreaterThanOrEqual(acknowledged.get(user) ?? 0);
      expect(number).toBeLessThanOrEqual(asked.get(user) ?? 0);
      // All of a set or nothing of it.
      expect(data.filling ?? "").toBe("x".repeat((number * 37) % 1500));
      for (const [key, value] of Object.entries(data)) sum += key.length + value.length;
    }
    expect(await server.capacity()).toBe(sum);
  } finally {
    await server.end("SIGKILL");
  }
}
