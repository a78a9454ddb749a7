import { chownSync, cpSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Connection, createConnection } from "mysql2";
import { mariadbProgram, mariadbUser } from "./mariadb-programs.ts";

export const ROOT = { user: "root", password: "" } as const;
/** The password needs percent-encoding in a URL. */
export const ACCOUNT = { user: "usermeta", password: "p@ss/word" } as const;

const START_DEADLINE_MS = 60_000;
const LOOK_MS = 50;

export interface MariadbOptions {
  /** Further ones, for instance of a cluster. */
  readonly args?: readonly string[];
  /** Prepared data to begin with, from `prepareData`; made when left out. */
  readonly data?: string;
  readonly port?: number;
}

/**
 * A real MariaDB on loopback, in a folder and on a port of its own, run as an ordinary user. It is killed with the
 * process that has started it.
 */
export class MariadbServer implements AsyncDisposable {
  readonly port: number;
  readonly folder: string;
  readonly #options: MariadbOptions;
  #child: Bun.Subprocess<"ignore", "ignore", "ignore"> | undefined;

  /** Is up, unless it has to wait for others: see `isUp`. */
  static async start(options: MariadbOptions = {}): Promise<MariadbServer> {
    const server = new MariadbServer(options, options.port ?? (await freePort()));
    server.spawn();
    await server.up();
    return server;
  }

  constructor(options: MariadbOptions, port: number) {
    this.#options = options;
    this.port = port;
    this.folder = ownFolder();
    if (options.data === undefined) installData(this.folder);
    else copyData(options.data, this.folder);
  }

  get pid(): number {
    if (this.#child === undefined) throw new Error("MariaDB is not running");
    return this.#child.pid;
  }

  /** @param args in place of those it was made with */
  spawn(args: readonly string[] = this.#options.args ?? []): void {
    this.#child = Bun.spawn(
      [
        ...asItsUser(),
        program("mariadbd"),
        "--no-defaults",
        `--datadir=${join(this.folder, "data")}`,
        `--socket=${join(this.folder, "s")}`,
        `--pid-file=${join(this.folder, "pid")}`,
        `--log-error=${join(this.folder, "log")}`,
        `--port=${this.port}`,
        "--bind-address=127.0.0.1",
        "--skip-name-resolve",
        "--innodb-buffer-pool-size=64M",
        "--innodb-log-file-size=16M",
        "--innodb-flush-log-at-trx-commit=1",
        ...args,
      ],
      { stdin: "ignore", stdout: "ignore", stderr: "ignore" },
    );
  }

  /** Resolves when it answers. */
  async up(): Promise<void> {
    const deadline = performance.now() + START_DEADLINE_MS;
    for (;;) {
      try {
        await this.query("SELECT 1");
        return;
      } catch (error) {
        if (this.#child?.exitCode != null || performance.now() > deadline) {
          throw new Error(`MariaDB did not start: ${await Bun.file(join(this.folder, "log")).text()}`, {
            cause: error,
          });
        }
      }
      await Bun.sleep(LOOK_MS);
    }
  }

  /** As root, on a connection of its own. */
  query(sql: string, values: readonly unknown[] = [], database?: string): Promise<readonly Row[]> {
    return queryAt(this.port, sql, values, database);
  }

  /** Without waiting, for the end of the process. */
  killNow(): void {
    this.#child?.kill("SIGKILL");
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Ends it as a crash would, or as asked. */
  async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    child?.kill(signal);
    await child?.exited;
  }

  /** As a machine does that is out of memory, or cut off: it holds its connections and answers nothing. */
  pause(): void {
    process.kill(this.pid, "SIGSTOP");
  }

  resume(): void {
    process.kill(this.pid, "SIGCONT");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into it freely
export type Row = Readonly<Record<string, any>>;

/** A folder with the tables of a fresh MariaDB in `data`, to start several from. */
export function prepareData(): Disposable & { readonly folder: string } {
  const folder = ownFolder();
  installData(folder);
  return { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}

export async function freePort(): Promise<number> {
  const probe = createServer();
  const { promise, resolve } = Promise.withResolvers<void>();
  probe.listen(0, "127.0.0.1", resolve);
  await promise;
  const address = probe.address();
  const closed = Promise.withResolvers<void>();
  probe.close(() => closed.resolve());
  await closed.promise;
  if (typeof address !== "object" || address === null) throw new Error("no port");
  return address.port;
}

async function queryAt(
  port: number,
  sql: string,
  values: readonly unknown[] = [],
  database?: string,
): Promise<readonly Row[]> {
  const connection = createConnection({ host: "127.0.0.1", port, ...ROOT, ...(database && { database }) });
  connection.on("error", () => {});
  try {
    return await ask(connection, sql, values);
  } finally {
    connection.destroy();
  }
}

function ask(connection: Connection, sql: string, values: readonly unknown[]): Promise<readonly Row[]> {
  const { promise, resolve, reject } = Promise.withResolvers<readonly Row[]>();
  connection.query(sql, [...values], (error, rows) => {
    if (error !== null) reject(error);
    else resolve((Array.isArray(rows) ? rows : []) as Row[]); // as: objects, since no other form was asked for
  });
  return promise;
}

/** Short: the path of a socket may have 107 bytes. */
function ownFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "um-db-"));
  const owner = mariadbUser();
  if (owner !== undefined) chownSync(folder, owner.uid, owner.gid);
  return folder;
}

function installData(folder: string): void {
  const { success, stderr } = Bun.spawnSync(
    [
      ...asItsUser(),
      program("mariadb-install-db"),
      "--no-defaults",
      `--datadir=${join(folder, "data")}`,
      "--auth-root-authentication-method=normal",
      "--skip-test-db",
      "--skip-name-resolve",
      "--innodb-log-file-size=16M",
    ],
    { stdin: "ignore", stdout: "ignore", stderr: "pipe" },
  );
  if (!success) throw new Error(`mariadb-install-db failed: ${stderr.toString()}`);
}

function copyData(from: string, folder: string): void {
  const copied = Bun.spawnSync(["cp", "-a", join(from, "data"), folder]);
  if (!copied.success) cpSync(join(from, "data"), join(folder, "data"), { recursive: true });
}

function program(name: Parameters<typeof mariadbProgram>[0]): string {
  const path = mariadbProgram(name);
  if (path === undefined) throw new Error(`${name} is not installed`);
  return path;
}

/** Ends with its parent, whatever becomes of that. */
function asItsUser(): readonly string[] {
  const own = mariadbUser();
  const identity = own === undefined ? [] : [`--reuid=${own.uid}`, `--regid=${own.gid}`, "--clear-groups"];
  return ["setpriv", ...identity, "--pdeathsig", "KILL"];
}
