import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isInstalled } from "../../scripts/parts.ts";
import { isLeftOut } from "../harness/missing-part.ts";
import type { UsermetaProcess } from "../harness/usermeta-process.ts";
import { startChild } from "../store/sqlite-child-process.ts";
import { temporaryFolder } from "../store/sqlite-fixture.ts";
import { sleep } from "./sleep.ts";
import type { PreparedState, StopState } from "./stop-state.ts";
import { UnfinishedClients } from "./unfinished-clients.ts";

const NO_STRACE = isLeftOut(isInstalled("strace"), "a stop while the disk does not answer: there is no strace");
const LOOK_MS = 20;
const FROZEN_DISK = "inject=fdatasync,fsync:delay_enter=60s";

type State = Omit<PreparedState, "store" | "location" | keyof AsyncDisposable>;

/** @param make what is particular about the state, of which the stack is disposed of at its end */
async function onFile(make: (path: string, stack: AsyncDisposableStack) => State | Promise<State>) {
  await using stack = new AsyncDisposableStack();
  const path = join(stack.use(temporaryFolder()).path, "usermeta.db");
  const state = await make(path, stack);
  const owned = stack.move();
  return {
    store: `sqlite:${path}`,
    location: { engine: "sqlite", path } as const,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
    ...state,
  };
}

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
    : [{ name: "SQLite on a disk that does not answer", prepare: () => onFile((_, stack) => frozenDisk(stack)) }]),
  {
    name: "SQLite, and clients that do not finish",
    prepare: () =>
      onFile((_, stack) => {
        const clients = stack.use(new UnfinishedClients());
        return { before: async (server) => clients.connect(await server.origin()) };
      }),
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
];

/** Every flush from now on takes a minute, whichever thread makes it. */
function frozenDisk(owner: AsyncDisposableStack): State {
  const stack = owner.use(new AsyncDisposableStack());
  let release = async (): Promise<void> => {};
  return {
    async before({ pid }: UsermetaProcess) {
      const tracer = Bun.spawn(["strace", "-f", "-e", "trace=fdatasync,fsync", "-e", FROZEN_DISK, "-p", `${pid}`], {
        stdin: "ignore",
        stdout: "ignore",
        stderr: "pipe",
      });
      stack.defer(async () => {
        tracer.kill("SIGKILL");
        await tracer.exited;
      });
      // strace waits out its delays before it lets the parent know of the end.
      release = async () => {
        while (tracer.exitCode === null && tracer.signalCode === null && !hasEnded(pid)) await sleep(LOOK_MS);
        tracer.kill("SIGKILL");
      };
      const reader = tracer.stderr.getReader();
      let said = "";
      while (!said.includes("attached")) {
        const { done, value } = await reader.read();
        if (done) throw new Error(`strace did not attach: ${said}`);
        said += new TextDecoder().decode(value);
      }
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
