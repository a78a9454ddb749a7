import { join } from "node:path";

const IDLE = join(import.meta.dir, "delay-process.ts");

/** How long a process that has nothing to do waits for the processor: what others do on the machine, again and again. */
export class Delay implements AsyncDisposable {
  readonly #child: Bun.Subprocess<"pipe", "pipe", "ignore">;
  readonly #lines: AsyncIterator<string>;

  constructor() {
    this.#child = Bun.spawn([process.execPath, IDLE], { stdin: "pipe", stdout: "pipe", stderr: "ignore" });
    this.#lines = linesOf(this.#child.stdout);
  }

  /** At worst since the last time, ms. */
  async worstMs(): Promise<number> {
    this.#child.stdin.write("\n");
    await this.#child.stdin.flush();
    return Number((await this.#lines.next()).value);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill();
    await this.#child.exited;
  }
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of stream) {
    text += decoder.decode(chunk, { stream: true });
    const lines = text.split("\n");
    text = lines.pop() ?? "";
    yield* lines;
  }
}
