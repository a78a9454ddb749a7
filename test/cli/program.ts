import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const MAIN = join(import.meta.dir, "..", "..", "src", "main.ts");

/** `usermeta serve` in a process and a folder of its own, on a free port. */
export class Program implements AsyncDisposable {
  // The quote and the blank must survive the shell.
  readonly folder = mkdtempSync(join(tmpdir(), "usermeta it's "));
  readonly #child: Bun.Subprocess<"ignore", "pipe", "pipe">;
  out = "";
  err = "";
  #onText: () => void = () => {};

  constructor(env: Readonly<Record<string, string>> = {}) {
    this.#child = Bun.spawn([process.execPath, MAIN, "serve", "--listen", "127.0.0.1:0"], {
      cwd: this.folder,
      env: { PATH: process.env.PATH ?? "", HOME: this.folder, ...env },
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    });
    void this.#read(this.#child.stdout, (text) => {
      this.out += text;
    });
    void this.#read(this.#child.stderr, (text) => {
      this.err += text;
    });
  }

  /** Resolves when the pattern is in the output. */
  async shows(stream: "out" | "err", pattern: RegExp): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onText = () => {
      if (pattern.test(this[stream])) resolve();
    };
    this.#onText();
    const ended = this.#child.exited.then((code) => {
      throw new Error(`ended with ${code}: ${this.out}${this.err}`);
    });
    await Promise.race([promise, ended]);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Another command on the same store. */
  async run(...args: readonly string[]): Promise<void> {
    const child = Bun.spawn([process.execPath, MAIN, ...args], {
      cwd: this.folder,
      stdio: ["ignore", "ignore", "pipe"],
    });
    if ((await child.exited) !== 0) throw new Error(await child.stderr.text());
  }

  async end(signal: NodeJS.Signals): Promise<{ code: number | null; signal: unknown }> {
    this.#child.kill(signal);
    await this.#child.exited;
    return { code: this.#child.exitCode, signal: this.#child.signalCode };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.exited;
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #read(stream: ReadableStream<Uint8Array>, add: (text: string) => void): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of stream) {
      add(decoder.decode(chunk, { stream: true }));
      this.#onText();
    }
  }
}
