import { expect } from "bun:test";
import { readFileSync, statSync } from "node:fs";
import { isInstalled } from "../../scripts/parts.ts";
import { migrateForServer, openStore } from "../../src/store/open.ts";
import { Connection } from "../../src/store/sqlite/connection/connection.ts";
import { AttachedStrace } from "../harness/attached-strace.ts";
import { isLeftOut } from "../harness/missing-part.ts";
import type { UsermetaProcess } from "../harness/usermeta-process.ts";
import { makeOlderSqlite } from "../store/older-store.ts";
import { startChild } from "../store/sqlite-child-process.ts";
import { expectOlderUser } from "./expect-older-user.ts";
import { hangThread, withHangingThread } from "./hanging-thread.ts";
import { type FileState, onFile } from "./on-file.ts";
import { sleep } from "./sleep.ts";
import type { StopState } from "./stop-state.ts";
import { UnfinishedClients } from "./unfinished-clients.ts";

const NO_STRACE = isLeftOut(isInstalled("strace"), "a stop while the disk does not answer: there is no strace");
const LOOK_MS = 20;
const OLDER_USERS = 100_000;
const FROZEN_DISK = "inject=fdatasync,fsync:delay_enter=60s";

export const SQLITE_STATES: readonly StopState[] = [
  { name: "SQLite at work", prepare: () => onFile(() => ({})) },
  {
    name: "SQLite locked by another process",
    prepare: () =>
      onFile((path, stack) => {
        const lockers = stack.use(new AsyncDisposableStack());
        return {
          async before() {
            await lockers.use(startChild("lock", path, "")).answer;
          },
          restore: () => lockers.disposeAsync(),
        };
      }),
  },
  ...(NO_STRACE
    ? []
    : [
        {
          name: "SQLite on a disk that does not answer",
          // Requests in flight may use all of the writer's time.
          leavesOpen: /^the store/,
          prepare: () => onFile((_, stack) => frozenDisk(stack)),
        },
      ]),
  {
    name: "SQLite, and clients that do not finish",
    prepare: () =>
      onFile((_, stack) => {
        const clients = stack.use(new UnfinishedClients());
        return { before: async (server) => clients.connect(await server.origin()) };
      }),
  },
  {
    name: "SQLite whose writer hangs",
    leavesOpen: /^the store's writer$/,
    prepare: () => onFile(() => ({ settings: withHangingThread("usermeta-writer"), before: hangThread })),
  },
  {
    name: "SQLite, and a serving worker that hangs",
    workersMin: 2,
    leavesOpen: /^worker \d$/,
    prepare: () =>
      onFile((path) => ({
        settings: withHangingThread("worker "),
        before: hangThread,
        // It is abandoned early enough to close the store after it.
        checkClosed() {
          expect(logBytes(path)).toBe(0);
        },
      })),
  },
  { name: "SQLite, starting", isStarting: true, prepare: () => onFile(() => ({})) },
  {
    name: "SQLite, starting while another process has locked the fresh file",
    isStarting: true,
    prepare: () =>
      onFile(async (path, stack) => {
        await stack.use(startChild("lock", path, "")).answer;
        return {};
      }),
  },
  {
    name: "SQLite, starting while an older schema is brought up to date",
    isStarting: true,
    prepare: () =>
      onFile((path) => {
        makeOlderSqlite(path, 1);
        fill(path);
        return { check: () => checkUpgraded(path) };
      }),
  },
];

/** Of SQLite's log, which closing a store checkpoints. */
function logBytes(path: string): number {
  return statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
}

/** Enough users for an upgrade to take some time. */
function fill(path: string): void {
  const connection = new Connection(path);
  connection.exec(
    "INSERT INTO users (app, name, id, activated, created, modified, tokens_valid_after, bytes, version, " +
      "attributes_modified, attributes) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT " +
      `${OLDER_USERS}) SELECT 1, 'user' || i, hex(randomblob(16)), 1, i, 1, 0, 0, 0, 1, '{}' FROM n`,
  );
  connection.close();
}

/** The next start completes the work of this one. */
async function checkUpgraded(path: string): Promise<void> {
  await migrateForServer({ engine: "sqlite", path });
  await using store = await openStore({ engine: "sqlite", path });
  await expectOlderUser(store);
}

/** From now on every flush of any thread takes a minute. */
function frozenDisk(owner: AsyncDisposableStack): FileState {
  const stack = owner.use(new AsyncDisposableStack());
  let release = async (): Promise<void> => {};
  return {
    async before({ pid }: UsermetaProcess) {
      const strace = await AttachedStrace.to(pid, ["-e", "trace=fdatasync,fsync", "-e", FROZEN_DISK]);
      stack.use(strace);
      // strace waits out its delays before it lets the parent know of the end.
      release = async () => {
        while (!strace.hasEnded && !hasEnded(pid)) await sleep(LOOK_MS);
        strace.end();
      };
    },
    after: () => void release(),
  };
}

/** Only its parent has not been told. */
function hasEnded(pid: number): boolean {
  try {
    return /^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return true;
  }
}
