/** strace on a running process and on all its threads, until it is disposed of; it is attached when this resolves. */
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

  /** What it has held up goes on. */
  end(): void {
    this.#child.kill("SIGKILL");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.end();
    await this.#child.exited;
  }
}

/** Reads on to the end: strace tells of each thread that begins, and ends itself where nobody reads that. */
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
