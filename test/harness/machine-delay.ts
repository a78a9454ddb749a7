import { join } from "node:path";
import { linesOf } from "./lines-of.ts";

/** A call passes several processes and threads, each of which may wait for the processor. */
const PROCESSES = 5;

const IDLE = join(import.meta.dir, "idle-process.ts");

/**
 * Measures the worst delay with which an idle process gets the processor: the load of other programs on the machine.
 */
export class MachineDelay implements AsyncDisposable {
  readonly #child: Bun.Subprocess<"pipe", "pipe", "ignore">;
  readonly #lines: AsyncIterator<string>;

  constructor() {
    this.#child = Bun.spawn([process.execPath, IDLE], { stdin: "pipe", stdout: "pipe", stderr: "ignore" });
    this.#lines = linesOf(this.#child.stdout);
  }

  /** By how many ms longer than on an idle machine an answer may have taken since the last call. */
  async allowanceMs(): Promise<number> {
    this.#child.stdin.write("\n");
    await this.#child.stdin.flush();
    return PROCESSES * Number((await this.#lines.next()).value);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill();
    await this.#child.exited;
  }
}
