import { chownSync, mkdtempSync } from "node:fs";
import { join } from "node:path";
import { type Connection, createConnection, type RowDataPacket } from "mysql2/promise";
import type { Bench } from "../bench.ts";
import { SERVER_CORE } from "../measure/cores.ts";
import { finishedCommand } from "../measure/finished-command.ts";
import { freePort } from "../measure/free-port.ts";
import { StartedProcess } from "../measure/started-process.ts";
import { awaitReady } from "./await-ready.ts";
import { findPrograms, versionOf } from "./programs.ts";

const BUFFER_POOL_MB = 512;
const DATABASE = "bench";
/** Longer than any call, so that a busy machine makes an answer slow and not a failure. */
const TIMEOUT_MS = 10_000;

/** MariaDB's names. Since 10.8 it counts the flushes of the log only among those of all files. */
const COUNTERS = { statements: "Questions", flushes: "Innodb_data_fsyncs" } as const;

export interface Mariadb extends AsyncDisposable {
  readonly pid: number;
  /** `mysql://…` of an empty database. */
  readonly url: string;
  readonly settings: string;
  /** Statements received, and waits for the disk, since its start. */
  counters(): Promise<Record<keyof typeof COUNTERS, number>>;
}

/** A MariaDB that flushes each commit before it acknowledges; undefined, with a message, where it is not available. */
export async function startMariadb(bench: Bench): Promise<Mariadb | undefined> {
  const names = { mariadbd: "mariadb-server", "mariadb-install-db": "mariadb-server" };
  const programs = findPrograms(bench, "MariaDB", names);
  if (programs === undefined) return undefined;
  const folder = mkdtempSync(join(bench.folder, "mariadb-"));
  const account = process.getuid?.() === 0 ? "mysql" : undefined;
  if (account !== undefined) await own(folder, bench.signal);
  const data = `--datadir=${join(folder, "data")}`;
  const asAccount = account === undefined ? [] : ["setpriv", "--reuid", account, "--regid", account, "--clear-groups"];
  await finishedCommand(
    [
      ...asAccount,
      programs["mariadb-install-db"],
      "--no-defaults",
      data,
      "--auth-root-authentication-method=normal",
      "--skip-test-db",
    ],
    { signal: bench.signal },
  );
  const port = await freePort();
  await using starting = new AsyncDisposableStack();
  const server = starting.use(
    new StartedProcess(
      [
        programs.mariadbd,
        "--no-defaults",
        data,
        `--port=${port}`,
        "--bind-address=127.0.0.1",
        `--socket=${join(folder, "s")}`,
        `--pid-file=${join(folder, "pid")}`,
        "--skip-name-resolve",
        "--innodb-flush-log-at-trx-commit=1",
        `--innodb-buffer-pool-size=${BUFFER_POOL_MB}M`,
      ],
      { folder, core: SERVER_CORE, account },
    ),
  );
  await awaitReady(server, bench.signal, () => isReady(port));
  const connection = starting.adopt(await connect(port), (opened) => opened.end());
  // The next caller gets the error; without a listener it would end the benchmark.
  connection.on("error", () => {});
  await connection.query(`CREATE DATABASE ${DATABASE} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
  const owned = starting.move();
  return {
    pid: server.pid,
    url: `mysql://root@127.0.0.1:${port}/${DATABASE}?timeout=${TIMEOUT_MS}`,
    settings: `MariaDB ${versionOf(programs.mariadbd)}, innodb_flush_log_at_trx_commit=1, a buffer pool of ${BUFFER_POOL_MB} MB`,
    async counters() {
      const [rows] = await connection.query<RowDataPacket[]>("SHOW GLOBAL STATUS WHERE Variable_name IN (?)", [
        Object.values(COUNTERS),
      ]);
      const status = new Map(rows.map(({ Variable_name: name, Value: value }) => [name, Number(value)]));
      const count = (name: string): number => {
        const value = status.get(name);
        if (value === undefined) throw new Error(`this MariaDB does not tell ${name}`);
        return value;
      };
      return { statements: count(COUNTERS.statements), flushes: count(COUNTERS.flushes) };
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** The account's own: MariaDB refuses to run as root. */
async function own(folder: string, signal: AbortSignal): Promise<void> {
  const id = async (flag: string): Promise<number> => Number(await finishedCommand(["id", flag, "mysql"], { signal }));
  chownSync(folder, await id("-u"), await id("-g"));
}

async function isReady(port: number): Promise<boolean> {
  await (await connect(port)).end();
  return true;
}

async function connect(port: number): Promise<Connection> {
  return await createConnection({ host: "127.0.0.1", port, user: "root" });
}
