import { chownSync, existsSync, mkdtempSync } from "node:fs";
import { join } from "node:path";
import { type Connection, createConnection, type RowDataPacket } from "mysql2/promise";
import type { Bench } from "../bench.ts";
import { SERVER_CORE } from "../measure/cores.ts";
import { finishedCommand } from "../measure/finished-command.ts";
import { freePort } from "../measure/free-port.ts";
import { StartedProcess } from "../measure/started-process.ts";
import { awaitReady } from "./await-ready.ts";

const BUFFER_POOL_MB = 512;
const DATABASE = "bench";

export interface Mariadb extends AsyncDisposable {
  readonly pid: number;
  /** `mysql://…` of an empty database. */
  readonly url: string;
  readonly settings: string;
  /** Statements that it was sent, and flushes of its log, since it began. */
  counters(): Promise<{ readonly queries: number; readonly flushes: number }>;
}

/** A MariaDB whose commits are on the disk when they are answered; undefined where there is none. */
export async function startMariadb(bench: Bench): Promise<Mariadb | undefined> {
  const program = find("mariadbd");
  const install = find("mariadb-install-db");
  if (program === undefined || install === undefined) {
    bench.warn("MariaDB is not installed: nothing is measured on it");
    return undefined;
  }
  const folder = mkdtempSync(join(bench.folder, "mariadb-"));
  const account = process.getuid?.() === 0 ? "mysql" : undefined;
  if (account !== undefined) await own(folder, bench.signal);
  const data = `--datadir=${join(folder, "data")}`;
  const asAccount = account === undefined ? [] : ["setpriv", "--reuid", account, "--regid", account, "--clear-groups"];
  await finishedCommand(
    [...asAccount, install, "--no-defaults", data, "--auth-root-authentication-method=normal", "--skip-test-db"],
    { signal: bench.signal },
  );
  const port = await freePort();
  await using starting = new AsyncDisposableStack();
  const server = starting.use(
    new StartedProcess(
      [
        program,
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
  await connection.query(`CREATE DATABASE ${DATABASE} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
  const owned = starting.move();
  return {
    pid: server.pid,
    url: `mysql://root@127.0.0.1:${port}/${DATABASE}?timeout=10000`,
    settings: `MariaDB, innodb_flush_log_at_trx_commit=1, a buffer pool of ${BUFFER_POOL_MB} MB`,
    async counters() {
      const [rows] = await connection.query<RowDataPacket[]>(
        "SHOW GLOBAL STATUS WHERE Variable_name IN ('Questions', 'Innodb_os_log_fsyncs')",
      );
      const status = new Map(rows.map(({ Variable_name: name, Value: value }) => [name, Number(value)]));
      return { queries: status.get("Questions") ?? 0, flushes: status.get("Innodb_os_log_fsyncs") ?? 0 };
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function find(program: string): string | undefined {
  return Bun.which(program) ?? ["/usr/sbin", "/usr/bin"].map((folder) => join(folder, program)).find(existsSync);
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
