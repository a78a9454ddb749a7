import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Bench } from "../bench.ts";
import { SERVER_CORE } from "../measure/cores.ts";
import { finishedCommand } from "../measure/finished-command.ts";
import { freePort } from "../measure/free-port.ts";
import { StartedProcess } from "../measure/started-process.ts";
import { awaitReady } from "./await-ready.ts";
import { findPrograms, versionOf } from "./programs.ts";

export interface Postgres extends AsyncDisposable {
  readonly pid: number;
  readonly url: string;
  readonly version: string;
  /** Runs SQL; `input` is what a COPY reads. */
  run(sql: string, input?: string): Promise<void>;
}

/** Created by Debian's package, and by every machine. */
const ACCOUNTS = ["postgres", "nobody"];
const ROLE = "bench";
const DATABASE = "postgres";

/** A cluster of its own, with the defaults: it flushes every commit. Undefined, with a message, if not available. */
export async function startPostgres(bench: Bench, parent: string): Promise<Postgres | undefined> {
  const names = { initdb: "postgresql", postgres: "postgresql", psql: "postgresql-client" };
  const programs = findPrograms(bench, "PostgreSQL", names);
  if (programs === undefined) return undefined;
  const { signal } = bench;
  const folder = join(parent, "postgres");
  mkdirSync(folder, { mode: 0o700 });
  // It refuses to run as root, and its account must be able to reach its files.
  chmodSync(parent, 0o711);
  const account = process.getuid?.() === 0 ? await ordinaryAccount(signal) : undefined;
  if (account !== undefined) await finishedCommand(["chown", `${account}:`, folder], { signal });
  const asAccount =
    account === undefined ? [] : ["setpriv", "--reuid", account, "--regid", account, "--init-groups", "--"];
  const data = join(folder, "data");
  const initdb = [programs.initdb, "-D", data, "-U", ROLE, "-A", "trust", "--no-locale", "-E", "UTF8"];
  await finishedCommand([...asAccount, ...initdb], { signal });

  const port = await freePort();
  const settings = [`port=${port}`, "listen_addresses=127.0.0.1", `unix_socket_directories=${folder}`];
  await using starting = new AsyncDisposableStack();
  const server = starting.use(
    new StartedProcess([programs.postgres, "-D", data, ...settings.flatMap((setting) => ["-c", setting])], {
      folder: parent,
      core: SERVER_CORE,
      account,
      // Does not wait for clients, unlike after SIGTERM.
      stopSignal: "SIGINT",
    }),
  );
  const run = async (sql: string, stdin = ""): Promise<void> => {
    const client = [programs.psql, "-h", "127.0.0.1", "-p", `${port}`, "-U", ROLE, "-d", DATABASE];
    await finishedCommand([...client, "-v", "ON_ERROR_STOP=1", "-q", "-c", sql], { signal, stdin });
  };
  await awaitReady(server, signal, async () => {
    await run("SELECT 1");
    return true;
  });
  const owned = starting.move();
  return {
    pid: server.pid,
    url: `postgres://${ROLE}@127.0.0.1:${port}/${DATABASE}`,
    version: versionOf(programs.postgres),
    run,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function ordinaryAccount(signal: AbortSignal): Promise<string> {
  for (const account of ACCOUNTS) {
    const known = await finishedCommand(["id", "-u", account], { signal }).catch(() => undefined);
    if (known !== undefined) return account;
  }
  signal.throwIfAborted();
  throw new Error(`PostgreSQL does not run as root, and there is no account ${ACCOUNTS.join(" or ")}`);
}
