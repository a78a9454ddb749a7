import { join } from "node:path";

export const APP_KEY = "org/app";
export const OPERATOR_KEY = "operator-of-the-tests";
export const CLIENT = { clientId: "client", clientSecret: "secret" };

const MAIN = join(import.meta.dir, "../../src/main.ts");

interface LogLine {
  readonly event?: string;
  readonly url?: string;
}

/** `usermeta serve` in a separate process, which can be killed. */
export class UsermetaProcess implements AsyncDisposable {
  readonly #child: Bun.Subprocess<"ignore", "ignore", "pipe">;
  readonly #lines: LogLine[] = [];
  readonly #log: string[] = [];
  #heard = Promise.withResolvers<void>();
  #isEnded = false;
  /** A test ended it, or waits for its end. */
  #isEndExpected = false;
  /** Settles when it has ended and its output was read completely. */
  readonly allLogged: Promise<void>;

  /** @param wrapper a program, with arguments, that runs the server */
  constructor(store: string, settings: Readonly<Record<string, string>> = {}, wrapper: readonly string[] = []) {
    this.#child = Bun.spawn([...wrapper, process.execPath, MAIN, "serve"], {
      stdin: "ignore",
      stdout: "ignore",
      stderr: "pipe",
      env: {
        ...process.env,
        USERMETA_STORE: store,
        USERMETA_LISTEN: "127.0.0.1:0",
        USERMETA_OPERATOR_KEY: OPERATOR_KEY,
        USERMETA_APP: APP_KEY,
        USERMETA_CLIENT_ID: CLIENT.clientId,
        USERMETA_CLIENT_SECRET: CLIENT.clientSecret,
        USERMETA_RATE_PER_SECOND: "0",
        USERMETA_LOG: "json",
        ...settings,
      },
    });
    this.allLogged = this.#read();
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Its complete log, for failed tests. */
  get log(): string {
    return this.#log.join("\n");
  }

  /** The URL at which it serves; rejects if it ends first. */
  async origin(): Promise<string> {
    const line = await this.logged("serving");
    return new URL(line.url ?? "").origin;
  }

  /** The first log line of this event. */
  async logged(event: string): Promise<LogLine> {
    for (;;) {
      const found = this.#lines.find((line) => line.event === event);
      if (found !== undefined) return found;
      if (this.#isEnded) throw new Error(`the server ended before "${event}":\n${this.log}`);
      await this.#heard.promise;
    }
  }

  count(event: string): number {
    return this.#lines.filter((line) => line.event === event).length;
  }

  /** Resolves with the exit code when its output was read completely. */
  get exited(): Promise<number> {
    this.#isEndExpected = true;
    return this.allLogged.then(() => this.#child.exited);
  }

  /** Resolves with the exit code. */
  async end(signal: "SIGKILL" | "SIGTERM"): Promise<number> {
    this.#isEndExpected ||= this.#child.exitCode === null && this.#child.signalCode === null;
    this.#child.kill(signal);
    return await this.#child.exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end("SIGKILL");
    if (this.#isEndExpected) return;
    await this.allLogged;
    console.error(
      `the server ended unexpectedly, with ${this.#child.exitCode ?? this.#child.signalCode}:\n${this.log}`,
    );
  }

  async #read(): Promise<void> {
    let text = "";
    const decoder = new TextDecoder();
    for await (const chunk of this.#child.stderr) {
      text += decoder.decode(chunk, { stream: true });
      const lines = text.split("\n");
      text = lines.pop() ?? "";
      for (const line of lines) this.#hear(line);
    }
    this.#isEnded = true;
    this.#heard.resolve();
  }

  #hear(line: string): void {
    this.#log.push(line);
    try {
      this.#lines.push(JSON.parse(line) as LogLine); // as: a log line, whose fields are checked one by one
    } catch {
      // A dying process may print lines that are not JSON; they stay in the log.
    }
    this.#heard.resolve();
    this.#heard = Promise.withResolvers();
  }
}

/** A wrapper that limits the number of file descriptors. */
export function withDescriptors(count: number): readonly string[] {
  return ["sh", "-c", `ulimit -n ${count}; exec "$@"`, "sh"];
}
