import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../src/cli/terminal/run.ts";

export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface CliOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string | AsyncIterable<string>;
  /** Whether stdin, stdout and stderr are terminals. */
  readonly terminal?: boolean;
}

/** A server that `usermeta serve` has started in this process. */
export interface Serving {
  /** Without a slash at its end. */
  readonly server: string;
  /** The output so far. */
  out(): string;
  stop(): Promise<Ended>;
}

/** The command line in a folder of its own, on the default store in it. */
export class Cli implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), "usermeta-cli-"));

  async run(line: string | readonly string[], options: CliOptions = {}): Promise<Ended> {
    return await this.#start(line, options).ended;
  }

  /** Expects success. */
  async ok(line: string | readonly string[], options: CliOptions = {}): Promise<string> {
    const { code, out, err } = await this.run(line, options);
    if (code !== 0) throw new Error(`exit code ${code}: ${err}`);
    return out;
  }

  /** Expects success, and JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it freely
  async json(line: string, options: CliOptions = {}): Promise<any> {
    return JSON.parse(await this.ok(`${line} --json`, options));
  }

  /** Resolves when the server prints its address. */
  async serve(line = "", options: CliOptions = {}): Promise<Serving> {
    const started = this.#start(`serve --listen 127.0.0.1:0 ${line}`.trim(), options);
    const address = /^usermeta serves (\S+)$/m;
    await Promise.race([started.ended, started.printed(address)]);
    const server = address.exec(started.out())?.[1];
    if (server === undefined) throw new Error((await started.ended).err);
    return {
      server,
      out: started.out,
      async stop() {
        started.stop();
        return await started.ended;
      },
    };
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #start(line: string | readonly string[], { env = {}, stdin = "", terminal = false }: CliOptions): Started {
    const stop = new AbortController();
    const stdout = new Screen(terminal);
    const stderr = new Screen(terminal);
    const ended = run(typeof line === "string" ? line.split(" ") : line, {
      stdout,
      stderr,
      stdin: Object.assign(lines(stdin), { isTTY: terminal }),
      env: { USERMETA_LOG: "off", ...env },
      cwd: this.folder,
      stopSignal: () => stop.signal,
      onHangup: () => {},
      onCrash: () => {},
    }).then((code) => ({ code, out: stdout.text, err: stderr.text }));
    return {
      ended,
      out: () => stdout.text,
      printed: (pattern) => stdout.shows(pattern),
      stop: () => stop.abort(),
    };
  }
}

interface Started {
  readonly ended: Promise<Ended>;
  out(): string;
  printed(pattern: RegExp): Promise<void>;
  stop(): void;
}

class Screen {
  text = "";

  async written(): Promise<undefined> {}
  readonly isTTY: boolean;
  #onWrite: () => void = () => {};

  constructor(isTTY: boolean) {
    this.isTTY = isTTY;
  }

  write(text: string): void {
    this.text += text;
    this.#onWrite();
  }

  shows(pattern: RegExp): Promise<void> {
    return new Promise((resolve) => {
      this.#onWrite = () => {
        if (pattern.test(this.text)) resolve();
      };
      this.#onWrite();
    });
  }
}

async function* lines(input: string | AsyncIterable<string>): AsyncGenerator<string> {
  if (typeof input === "string") yield* input.split(/(?<=\n)/);
  else yield* input;
}
