import { join } from "node:path";

/** Calls go through several processes, each of which may have to wait for the processor. */
const PROCESSES = 5;

const IDLE = join(import.meta.dir, "idle-process.ts");

/** How long a process that has nothing to do waits for the processor at worst: what others do on the machine. */
export class MachineDelay implements AsyncDisposable {
  readonly #child: Bun.Subprocess<"pipe", "pipe", "ignore">;
  readonly #told: Promise<string>;

  constructor() {
    this.#child = Bun.spawn([process.execPath, IDLE], { stdin: "pipe", stdout: "pipe", stderr: "ignore" });
    this.#told = new Response(this.#child.stdout).text();
  }

  /** By how much longer than on an idle machine an answer may take, ms; ends the measurement. */
  async allowanceMs(): Promise<number> {
    this.#child.stdin.end();
    return PROCESSES * Number(await this.#told);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill();
    await this.#child.exited;
  }
}
