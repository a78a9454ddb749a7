import { StoreError } from "../store-error.ts";
import type { CommandArguments, CommandName, CommandResult } from "./commands.ts";
import type { Synchronous } from "./connection.ts";
import { type FromWriter, type NumberedCommand, receivedFault, type ToWriter } from "./writer-messages.ts";

export interface WriterOptions {
  readonly path: string;
  readonly synchronous: Synchronous;
  /** The thread's entry. */
  readonly url: URL;
  /** Told of every end that nobody asked for. */
  readonly onEnd?: ((error: Error) => void) | undefined;
}

interface Pending {
  resolve(result: never): void;
  reject(error: StoreError): void;
}

const DEATHS_MAX = 3;
const DEATHS_WITHIN_MS = 60_000;

/** The serving thread's end of the writer. A thread that ends unasked is started again. */
export class WriterClient {
  /** Settles when the thread has ended unasked three times within a minute; from then on every write rejects. */
  readonly failed: Promise<Error>;
  readonly #settleFailed: (error: Error) => void;
  readonly #options: WriterOptions;
  readonly #pending = new Map<number, Pending>();
  #worker: Worker | undefined;
  #outbox: NumberedCommand[] = [];
  #lastId = 0;
  #deaths: number[] = [];
  /** A write has failed since the last ping that succeeded. */
  #faulted = false;
  /** Why nothing is taken any more. */
  #ended: StoreError | undefined;

  private constructor(options: WriterOptions) {
    const { promise, resolve } = Promise.withResolvers<Error>();
    this.failed = promise;
    this.#settleFailed = resolve;
    this.#options = options;
  }

  /** Rejects with a `StoreError` when the thread cannot open the database. */
  static async open(options: WriterOptions): Promise<WriterClient> {
    const client = new WriterClient(options);
    try {
      await client.#start();
      return client;
    } catch (error) {
      client.#ended = closedError(options.path);
      client.#worker?.terminate();
      throw error;
    }
  }

  /** Resolves when the command's transaction is on disk. What is sent in one turn of the loop goes together. */
  send<Name extends CommandName>(name: Name, ...args: CommandArguments<Name>): Promise<CommandResult<Name>> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => {
      this.#lastId += 1;
      const id = this.#lastId;
      this.#pending.set(id, { resolve, reject });
      if (this.#outbox.length === 0) queueMicrotask(() => this.#post());
      this.#outbox.push({ id, name, args } as NumberedCommand); // as: the signature ties args to name
    });
  }

  /** Rejects when nothing can be written at present. After a fault it writes a page: a full disk shows only then. */
  async ping(): Promise<void> {
    const suspect = this.#faulted;
    await this.send("probe", suspect);
    if (suspect) this.#faulted = false;
  }

  /** Everything sent before is carried out; the log is folded into the database. */
  async close(): Promise<void> {
    if (this.#ended !== undefined) return;
    this.#ended = closedError(this.#options.path);
    const worker = this.#worker;
    if (worker === undefined) return;
    this.#post();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    worker.addEventListener("message", ({ data }: MessageEvent<FromWriter>) => {
      if (data.kind !== "closed") return;
      worker.terminate();
      if (data.fault !== undefined) reject(receivedFault(data.fault));
    });
    worker.addEventListener("close", () => resolve());
    tell(worker, { kind: "close" });
    await promise;
  }

  #start(): Promise<void> {
    const { path, synchronous, url } = this.#options;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const worker = new Worker(url, { name: "usermeta-writer" });
    let lastError: string | undefined;
    let opened = false;
    worker.addEventListener("message", ({ data }: MessageEvent<FromWriter>) => {
      if (data.kind === "opened") {
        opened = true;
        resolve();
      } else if (data.kind === "refused") reject(receivedFault(data.fault));
      else if (data.kind === "answers") this.#settle(data);
    });
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      lastError = event.message;
    });
    worker.addEventListener("close", () => {
      const error = opened
        ? new StoreError(
            "outcome_unknown",
            `the writer of ${path} ended: its last writes may be stored or not`,
            lastError,
          )
        : new StoreError("cannot_open", `the writer of ${path} could not be started`, lastError);
      reject(error);
      this.#onEnd(error);
    });
    this.#worker = worker;
    tell(worker, { kind: "open", path, synchronous });
    return promise;
  }

  #onEnd(error: StoreError): void {
    this.#worker = undefined;
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
    this.#outbox = [];
    if (this.#ended !== undefined) return;
    this.#options.onEnd?.(error);

    const now = performance.now();
    this.#deaths = [...this.#deaths.filter((death) => death > now - DEATHS_WITHIN_MS), now];
    if (this.#deaths.length >= DEATHS_MAX) {
      this.#ended = error;
      this.#settleFailed(error);
      return;
    }
    // A thread that cannot open the database any more is ended, and so counted.
    this.#start().catch(() => this.#worker?.terminate());
  }

  #post(): void {
    if (this.#outbox.length === 0 || this.#worker === undefined) return;
    tell(this.#worker, { kind: "commands", commands: this.#outbox });
    this.#outbox = [];
  }

  #settle({ answers }: Extract<FromWriter, { kind: "answers" }>): void {
    for (const answer of answers) {
      const pending = this.#pending.get(answer.id);
      this.#pending.delete(answer.id);
      if ("fault" in answer) {
        this.#faulted = true;
        pending?.reject(receivedFault(answer.fault));
      } else pending?.resolve(answer.result as never); // as: the writer ran the command that `send` was typed by
    }
  }
}

function tell(worker: Worker, message: ToWriter): void {
  worker.postMessage(message);
}

function closedError(path: string): StoreError {
  return new StoreError("closed", `${path} has been closed`);
}
