import { expect, test } from "bun:test";
import { copyFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Connection } from "../../src/store/sqlite/connection/connection.ts";
import { eventually } from "../harness/eventually.ts";
import { OPERATOR_KEY, UsermetaProcess } from "../harness/usermeta-process.ts";
import { temporaryFolder } from "../store/sqlite-fixture.ts";
import { ServerProcess, USERS } from "./server-process.ts";

/** The file that the operator has in hand afterwards; undefined: none. */
type Loss = (path: string) => string | undefined;

const LOSSES: Readonly<Record<string, Loss>> = {
  removed: (path) => {
    rmSync(path);
    return undefined;
  },
  moved: (path) => {
    renameSync(path, `${path}.old`);
    return `${path}.old`;
  },
  replaced: (path) => {
    writeFileSync(`${path}.new`, "");
    renameSync(path, `${path}.old`);
    renameSync(`${path}.new`, path);
    return `${path}.old`;
  },
  "robbed of its log": (path) => {
    rmSync(`${path}-wal`);
    return path;
  },
};

const ROUNDS = 2;

for (const workers of [1, 2]) {
  for (const [what, lose] of Object.entries(LOSSES)) {
    test(`under load no set is acknowledged for a file that was ${what}, and none is missing in it that was (${workers === 1 ? "one worker" : "two workers"})`, async () => {
      for (let round = 0; round < ROUNDS; round++) {
        using folder = temporaryFolder();
        const path = join(folder.path, "usermeta.db");
        const sets = 40 + Math.floor(Math.random() * 200);
        const { acknowledged, inHand } = await loseThenKill(path, workers, sets, () => lose(path));
        // Only the file itself is left, without its log.
        if (inHand !== undefined) expect(missingIn(inHand, acknowledged)).toEqual([]);
      }
    }, 60_000);
  }
}

test("a server whose file was removed logs one line, is not ready, and does not restart without it", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "usermeta.db");
  {
    await using server = new UsermetaProcess(`sqlite:${path}`);
    const origin = await server.origin();
    expect((await fetch(`${origin}/-/ready`)).status).toBe(200);
    const authorization = { Authorization: `Bearer ${OPERATOR_KEY}` };
    const json = { ...authorization, "Content-Type": "application/json" };
    const body = JSON.stringify({ username: "cyd", password: "1815" });
    expect((await fetch(`${origin}/org/app/users`, { method: "POST", headers: json, body })).status).toBe(200);
    const set = async () => {
      const form = new URLSearchParams({ nickname: "Cyd" });
      const cyd = `${origin}/org/app/metadata/user/cyd`;
      return (await fetch(cyd, { method: "PUT", headers: authorization, body: form })).status;
    };
    expect(await set()).toBe(200);
    rmSync(path);
    // Immediately, even if it has nothing to change.
    expect(await set()).toBe(503);
    await server.logged("storeTroubled");
    await eventually(async () => expect((await fetch(`${origin}/-/ready`)).status).toBe(503));
    const user = `${origin}/org/app/users`;
    for (let attempt = 0; attempt < 10; attempt++) {
      const response = await fetch(user, {
        method: "POST",
        headers: json,
        body: JSON.stringify([{ username: "ada" }]),
      });
      expect(response.status).toBe(503);
    }
    expect(server.count("storeTroubled")).toBe(1);
    // Each refused call is counted, and none has a line.
    expect(server.count("requestFailed")).toBe(0);
    expect(await server.end("SIGTERM")).toBe(0);
  }
  await using again = new UsermetaProcess(`sqlite:${path}`);
  await again.origin().catch(() => {});
  expect(again.log).toContain(`${path}.made says that a store was made there`);
  expect(await again.end("SIGTERM")).toBe(2);
}, 30_000);

const SETTLED_WITHIN_MS = 10_000;

interface Lost {
  /** user → the number that the last set of this kind carried. */
  readonly acknowledged: ReadonlyMap<string, number>;
  readonly inHand: string | undefined;
}

/** As `loseUnderLoad`; the server is killed once it has checkpointed the log into the lost file. */
async function loseThenKill(
  path: string,
  workers: number,
  sets: number,
  lose: () => string | undefined,
): Promise<Lost> {
  const server = await ServerProcess.start(path, { workers, quiet: true });
  try {
    const lost = await loseUnderLoad(server, sets, lose);
    const { acknowledged, inHand } = lost;
    if (inHand !== undefined) {
      await eventually(async () => expect(missingIn(inHand, acknowledged)).toEqual([]), SETTLED_WITHIN_MS);
    }
    return lost;
  } finally {
    await server.end("SIGKILL");
  }
}

/** Every user sets continually. After `sets` answers of 200 the file is lost. Ends when each user was refused five times. */
async function loseUnderLoad(server: ServerProcess, sets: number, lose: () => string | undefined): Promise<Lost> {
  const acknowledged = new Map<string, number>();
  let seen = 0;
  let lost: { readonly inHand: string | undefined } | undefined;
  await Promise.all(
    USERS.map(async (user) => {
      let refused = 0;
      for (let number = 1; refused < 5; number++) {
        const wasLost = lost !== undefined;
        const { status } = await server.set(user, { number: `${number}`, filling: "x".repeat((number * 37) % 1500) });
        if (status === 200) {
          expect(wasLost).toBe(false);
          acknowledged.set(user, number);
          seen += 1;
          if (seen >= sets) lost ??= { inHand: lose() };
          continue;
        }
        expect(lost).toBeDefined();
        // Only writes in flight may be in doubt.
        expect(wasLost ? [503] : [500, 503]).toContain(status);
        refused += 1;
      }
    }),
  );
  return { acknowledged, inHand: lost?.inHand };
}

/** The users whose acknowledged number the main file does not hold: nothing but the file itself is looked at. */
function missingIn(path: string, acknowledged: ReadonlyMap<string, number>): string[] {
  using folder = temporaryFolder();
  const copy = join(folder.path, "copy.db");
  copyFileSync(path, copy);
  const connection = new Connection(copy, { mustExist: true });
  try {
    const rows = connection.all<{ name: string; attributes: string }>("SELECT name, attributes FROM users");
    const held = new Map(rows.map(({ name, attributes }) => [name, numberIn(attributes)]));
    return [...acknowledged].flatMap(([user, number]) => ((held.get(user) ?? 0) >= number ? [] : [user]));
  } finally {
    connection.close();
  }
}

function numberIn(attributes: string): number {
  const { number } = JSON.parse(attributes) as { number?: string }; // as: what the test has set
  return Number(number ?? 0);
}
