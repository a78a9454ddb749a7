import { join } from "node:path";

export const APP_KEY = "chat-demo/testapp";
export const OPERATOR_KEY = "operator-of-the-fault-tests";
export const USERS = Array.from({ length: 16 }, (_, index) => `user${index}`);

const AUTHORIZATION = { Authorization: `Bearer ${OPERATOR_KEY}` };

/** The parts of a set's answer that the fault tests read. */
export interface Answer {
  readonly status: number;
  /** Seconds; 0 = not said. */
  readonly retryAfter: number;
  readonly data: Readonly<Record<string, string>>;
}

/** Whether the writer has the disk flush what it commits. */
export type Flushing = "flushed" | "unflushed";

interface Start {
  readonly flushing?: Flushing;
  readonly workers?: number;
  /** A program, with its arguments, to run the server under. */
  readonly tracer?: readonly string[];
  /** Requests will fail, by the hundred, as expected. */
  readonly quiet?: true;
}

/** server.ts in a process that can be killed. */
export class ServerProcess {
  /** Of the tracer, where there is one. */
  readonly #exited: Promise<number>;
  readonly #pid: number;
  readonly #base: string;

  private constructor(exited: Promise<number>, { pid, url }: Started) {
    this.#exited = exited;
    this.#pid = pid;
    this.#base = `${url}${APP_KEY}/metadata/user`;
  }

  static async start(
    path: string,
    { flushing = "flushed", workers = 1, tracer = [], quiet }: Start = {},
  ): Promise<ServerProcess> {
    const script = join(import.meta.dir, "server.ts");
    const command = [...tracer, process.execPath, script, path, flushing, String(workers), ...(quiet ? ["quiet"] : [])];
    const child = Bun.spawn(command, { stdin: "ignore", stdout: "pipe", stderr: "inherit" });
    return new ServerProcess(child.exited, await firstLine(child.stdout));
  }

  /** Of the server itself. */
  get pid(): number {
    return this.#pid;
  }

  async set(user: string, attributes: Record<string, string>): Promise<Answer> {
    const body = new URLSearchParams(attributes);
    return await answerOf(fetch(`${this.#base}/${user}`, { method: "PUT", headers: AUTHORIZATION, body }));
  }

  async get(user: string): Promise<Answer> {
    return await answerOf(fetch(`${this.#base}/${user}`, { headers: AUTHORIZATION }));
  }

  async capacity(): Promise<number> {
    const response = await fetch(`${this.#base}/capacity`, { headers: AUTHORIZATION });
    return ((await response.json()) as { data: number }).data; // as: the documented shape
  }

  /** Resolves with the exit code when the process is gone. */
  async end(signal: "SIGKILL" | "SIGTERM"): Promise<number> {
    process.kill(this.#pid, signal);
    return await this.#exited;
  }
}

interface Started {
  readonly pid: number;
  readonly url: string;
}

async function answerOf(sent: Promise<Response>): Promise<Answer> {
  const response = await sent;
  const { data } = (await response.json()) as { data?: Record<string, string> }; // as: the documented shape
  return { status: response.status, retryAfter: Number(response.headers.get("retry-after")), data: data ?? {} };
}

async function firstLine(stream: ReadableStream<Uint8Array>): Promise<Started> {
  let text = "";
  for await (const chunk of stream) {
    text += new TextDecoder().decode(chunk);
    if (text.includes("\n")) return JSON.parse(text) as Started; // as: server.ts wrote it
  }
  throw new Error("the server ended before it was up");
}
