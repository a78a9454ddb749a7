/** strace, attached to all threads of a running process until disposed. Constructed when attached. */
export class AttachedStrace implements AsyncDisposable {
  readonly #child: Bun.Subprocess<"ignore", "ignore", "pipe">;

  static async to(pid: number, options: readonly string[]): Promise<AttachedStrace> {
    const command = ["strace", "-f", "-o", "/dev/null", ...options, "-p", `${pid}`];
    const child = Bun.spawn(command, { stdin: "ignore", stdout: "ignore", stderr: "pipe" });
    await attached(child.stderr);
    return new AttachedStrace(child);
  }

  private constructor(child: Bun.Subprocess<"ignore", "ignore", "pipe">) {
    this.#child = child;
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Calls that it delayed continue. */
  end(): void {
    this.#child.kill("SIGKILL");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.end();
    await this.#child.exited;
  }
}

/** Keeps reading to the end: strace reports each new thread, and exits if its output is not read. */
function attached(stream: ReadableStream<Uint8Array>): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const read = async (): Promise<void> => {
    let said = "";
    for await (const chunk of stream) {
      said += new TextDecoder().decode(chunk);
      if (said.includes("attached")) resolve();
    }
    reject(new Error(`strace did not attach: ${said}`));
  };
  void read();
  return promise;
}
