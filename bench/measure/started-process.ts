import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";

export interface ProcessOptions {
  /** Where its output is kept. */
  readonly folder: string;
  /** The only core it may use; undefined = all. */
  readonly core?: number | undefined;
  /** The account it runs under; undefined = ours. */
  readonly account?: string | undefined;
  readonly env?: Readonly<Record<string, string>>;
  /** The signal for an orderly stop. */
  readonly stopSignal?: "SIGTERM" | "SIGINT";
}

const STOP_MS = 15_000;
const OUTPUT_CHARACTERS = 2000;
let count = 0;

/** A process that is stopped, by its id, when it is disposed of, and by the kernel if this process is killed. */
export class StartedProcess implements AsyncDisposable {
  readonly pid: number;
  readonly exited: Promise<number>;
  readonly #name: string;
  readonly #output: string;
  readonly #process: Bun.Subprocess;
  readonly #stopSignal: "SIGTERM" | "SIGINT";

  constructor(command: readonly [string, ...string[]], options: ProcessOptions) {
    const { folder, core, account, env = {}, stopSignal = "SIGTERM" } = options;
    this.#stopSignal = stopSignal;
    this.#name = command[0];
    count += 1;
    this.#output = join(folder, `output-${count}.txt`);
    const output = openSync(this.#output, "w");
    const asAccount = account === undefined ? [] : ["--reuid", account, "--regid", account, "--clear-groups"];
    const onCore = core === undefined ? [] : ["taskset", "-c", `${core}`];
    // Both replace themselves by the command, so that the process id is the command's.
    this.#process = Bun.spawn(["setpriv", "--pdeathsig", stopSignal, ...asAccount, ...onCore, ...command], {
      cwd: folder,
      env: { PATH: process.env.PATH ?? "", HOME: folder, LC_ALL: "C.UTF-8", ...env },
      stdio: ["ignore", output, output],
    });
    closeSync(output);
    this.pid = this.#process.pid;
    this.exited = this.#process.exited;
  }

  get hasExited(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  /** The failure, with the end of its output. */
  failure(what: string): Error {
    const output = readFileSync(this.#output, "utf8").trim().slice(-OUTPUT_CHARACTERS);
    return new Error(`${this.#name} ${what}${output === "" ? "" : `:\n${output}`}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.hasExited) return;
    this.#process.kill(this.#stopSignal);
    const patience = setTimeout(() => this.#process.kill("SIGKILL"), STOP_MS);
    await this.exited;
    clearTimeout(patience);
  }
}
