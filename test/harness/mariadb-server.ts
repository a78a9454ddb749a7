import { join } from "node:path";
import { lastingPort } from "./lasting-port.ts";
import { MariadbFolder } from "./mariadb-folder.ts";
import { asMariadbUser, mariadbProgram } from "./mariadb-programs.ts";
import { queryMariadb, type Row } from "./mariadb-query.ts";

/** The password needs percent-encoding in a URL. */
export const ACCOUNT = { user: "usermeta", password: "p@ss/word" } as const;

const START_DEADLINE_MS = 60_000;
const LOOK_MS = 50;

interface MariadbServerParts {
  /** Owned by the server from now on. */
  readonly folder: MariadbFolder;
  readonly port: number;
  /** Further arguments, for instance for a cluster. */
  readonly args?: readonly string[];
}

/**
 * A real MariaDB on loopback with its own folder and port, run as an ordinary user. It is killed with the process that
 * started it.
 */
export class MariadbServer implements AsyncDisposable {
  readonly port: number;
  readonly #folder: MariadbFolder;
  readonly #args: readonly string[];
  #child: Bun.Subprocess<"ignore", "ignore", "ignore"> | undefined;
  #isFrozen = false;

  /** Resolves when the server answers. */
  static async start(args: readonly string[] = []): Promise<MariadbServer> {
    await using stack = new AsyncDisposableStack();
    const folder = MariadbFolder.installed();
    const server = stack.use(new MariadbServer({ folder, port: await lastingPort(), args }));
    server.spawn();
    await server.up();
    stack.move();
    return server;
  }

  constructor({ folder, port, args = [] }: MariadbServerParts) {
    this.#folder = folder;
    this.port = port;
    this.#args = args;
  }

  /** died: ended without being asked to. */
  get state(): "running" | "frozen" | "ended" | "died" {
    if (this.#child === undefined) return "ended";
    if (!this.#isRunning) return "died";
    return this.#isFrozen ? "frozen" : "running";
  }

  /** The signal or exit code with which it died. */
  get end(): string | number | undefined {
    return this.#child?.signalCode ?? this.#child?.exitCode ?? undefined;
  }

  get pid(): number {
    if (this.#child === undefined) throw new Error("MariaDB is not running");
    return this.#child.pid;
  }

  /** @param args replace the original ones */
  spawn(args: readonly string[] = this.#args): void {
    if (this.#isRunning) throw new Error("MariaDB is running already");
    this.#isFrozen = false;
    this.#child = Bun.spawn(
      [
        ...asMariadbUser(),
        mariadbProgram("mariadbd"),
        "--no-defaults",
        `--datadir=${this.#folder.data}`,
        `--socket=${join(this.#folder.path, "s")}`,
        `--pid-file=${join(this.#folder.path, "pid")}`,
        `--log-error=${this.#log}`,
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

  /** Resolves when it answers. A cluster's node answers after receiving the others' data. */
  async up(): Promise<void> {
    const deadline = performance.now() + START_DEADLINE_MS;
    for (;;) {
      try {
        await this.query("SELECT 1");
        return;
      } catch (error) {
        if (!this.#isRunning || performance.now() > deadline) {
          throw new Error(`MariaDB did not start: ${await this.logged()}`, { cause: error });
        }
      }
      await Bun.sleep(LOOK_MS);
    }
  }

  /** As root, on a separate connection. */
  query(sql: string, values: readonly unknown[] = [], database?: string): Promise<readonly Row[]> {
    return queryMariadb(this.port, sql, values, database);
  }

  /** Ends it as a crash would, or with another signal. */
  async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    child?.kill(signal);
    await child?.exited;
  }

  /** Freezes it, like a machine that is out of memory or cut off: it keeps its connections and does not respond. */
  pause(): void {
    process.kill(this.pid, "SIGSTOP");
    this.#isFrozen = true;
  }

  resume(): void {
    process.kill(this.pid, "SIGCONT");
    this.#isFrozen = false;
  }

  /** Its complete log, for failed tests. */
  async logged(): Promise<string> {
    const file = Bun.file(this.#log);
    return (await file.exists()) ? await file.text() : "it wrote no log";
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await this.#folder[Symbol.asyncDispose]();
  }

  get #isRunning(): boolean {
    // A process ended by a signal has no exit code.
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** MariaDB appends `.err` to any other name. */
  get #log(): string {
    return join(this.#folder.path, "log.err");
  }
}
