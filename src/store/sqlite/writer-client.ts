import { StoreError } from "../store-error.ts";
import type { CommandArguments, CommandName, CommandResult } from "./commands.ts";
import type { LinkMessage } from "./writer-link.ts";
import { type Answers, type NumberedCommand, receivedFault } from "./writer-messages.ts";

/** What the writer answers, once it is on disk. */
export interface Written<Result> {
  readonly result: Result;
  /** Of attributes that were written: see `Stamps`. Undefined when another may have changed them in the same commit. */
  readonly stamp: number | undefined;
}

interface Pending {
  resolve(written: Written<never>): void;
  reject(error: StoreError): void;
}

/**
 * A serving thread's end of the writer. One message is under way at a time: while the writer works on it, what else
 * is to be written gathers here and goes with the next. So a commit takes all that waits, and a message costs little.
 */
export class WriterClient {
  readonly #path: string;
  readonly #pending = new Map<number, Pending>();
  #port: MessagePort | undefined;
  #outbox: NumberedCommand[] = [];
  #lastId = 0;
  /** The writer has a message of ours. */
  #isBusy = false;
  #isPostDue = false;
  /** A write has failed since the last ping that succeeded. */
  #faulted = false;
  /** Why nothing is taken any more. */
  #ended: StoreError | undefined;
  #onIdle: (() => void) | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** Takes what the writer's owner says. */
  readonly hear = (message: LinkMessage): void => {
    if (message.kind === "writer-begun") {
      this.#port = message.port;
      message.port.onmessage = ({ data }: { readonly data: Answers }) => this.#settle(data);
      this.#post();
      return;
    }
    const error = receivedFault(message.fault);
    this.#release();
    if (message.forGood) {
      this.#ended ??= error;
      this.#outbox = [];
    }
    // What was not sent yet waits for the next writer.
    const unsent = new Set(this.#outbox.map(([id]) => id));
    for (const [id, { reject }] of this.#pending) {
      if (unsent.has(id)) continue;
      this.#pending.delete(id);
      reject(error);
    }
    if (this.#pending.size === 0) this.#onIdle?.();
  };

  /** Resolves when the command's transaction is on disk. */
  async send<Name extends CommandName>(name: Name, ...args: CommandArguments<Name>): Promise<CommandResult<Name>> {
    return (await this.write(name, ...args)).result;
  }

  write<Name extends CommandName>(name: Name, ...args: CommandArguments<Name>): Promise<Written<CommandResult<Name>>> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => {
      this.#lastId += 1;
      this.#pending.set(this.#lastId, { resolve, reject });
      this.#outbox.push([this.#lastId, name, ...args] as unknown as NumberedCommand); // as: tied by the signature
      if (this.#isBusy || this.#isPostDue) return;
      // At the end of this turn of the loop, with all that its other requests write.
      this.#isPostDue = true;
      setImmediate(() => this.#post());
    });
  }

  /** Rejects when nothing can be written at present. After a fault it writes a page: a full disk shows only then. */
  async ping(): Promise<void> {
    const suspect = this.#faulted;
    await this.send("probe", suspect);
    if (suspect) this.#faulted = false;
  }

  /** Resolves when all that was sent before has been answered; from now on nothing is taken. */
  async close(): Promise<void> {
    this.#ended ??= new StoreError("closed", `${this.#path} has been closed`);
    if (this.#pending.size > 0) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#onIdle = resolve;
      await promise;
    }
    this.#release();
  }

  #post(): void {
    this.#isPostDue = false;
    if (this.#isBusy || this.#outbox.length === 0 || this.#port === undefined) return;
    this.#isBusy = true;
    this.#port.postMessage(this.#outbox);
    this.#outbox = [];
  }

  #settle({ results, faults }: Answers): void {
    this.#isBusy = false;
    for (const [id, result, stamp] of results) {
      // as: the writer ran the command that `write` was typed by
      this.#taken(id)?.resolve({ result: result as never, stamp });
    }
    for (const { id, fault } of faults) {
      this.#faulted = true;
      this.#taken(id)?.reject(receivedFault(fault));
    }
    this.#post();
    if (this.#pending.size === 0) this.#onIdle?.();
  }

  #taken(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }

  #release(): void {
    this.#port?.close();
    this.#port = undefined;
    this.#isBusy = false;
  }
}
